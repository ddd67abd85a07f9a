package io.github.loomuring.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a program that knows nothing of the library comes to its file system. */
enum Route {
  /** It doesn't: this is what the others are compared with. */
  JDK,
  /** It is given a URI of the library's file system as its directory. */
  URI,
  /** The library's file system is the JVM's default one. */
  FLAG,
  /** It is given a copy of its directory in its own heap: what it does without any device. */
  MEMORY;

  /** What may be done on the caller, if not the default. */
  private static final String INLINE = System.getProperty("it.inline");

  static final String PROVIDER = "io.github.loomuring.nio.UringFileSystemProvider";

  /** The JVM's flags. */
  List<String> flags() {
    List<String> flags = new ArrayList<>();
    if (this == FLAG) {
      flags.add("-Djava.nio.file.spi.DefaultFileSystemProvider=" + PROVIDER);
    }
    if (isUring() && INLINE != null) {
      flags.add("-Dio.github.loomuring.inline=" + INLINE);
    }
    return flags;
  }

  /** The program's argument for {@code directory}. */
  String argument(Path directory) {
    String path = directory.toUri().getRawPath();
    return switch (this) {
      case JDK, FLAG -> directory.toString();
      case URI -> "uring://" + path;
      case MEMORY -> "memory://" + path;
    };
  }

  /** Whether the program works on the library's file system. */
  boolean isUring() {
    return this == URI || this == FLAG;
  }
}
