package io.github.loomuring.it;

import io.github.loomuring.environment.ChildJvm;
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
  private List<String> flags() {
    List<String> flags = new ArrayList<>();
    if (this == FLAG) {
      flags.add("-Djava.nio.file.spi.DefaultFileSystemProvider=" + PROVIDER);
    }
    if (isUring() && INLINE != null) {
      flags.add("-Dio.github.loomuring.inline=" + INLINE);
    }
    return flags;
  }

  /**
   * A JVM that runs {@code main} by this way, with the class path of the tests. Its stderr goes to
   * a file in {@code target}, whose name starts with {@code name}.
   */
  ChildJvm child(String name, Class<?> main, Object... arguments) {
    return ChildJvm.of(main, arguments)
        .ownClassPath()
        .longLived("-Xmx1g")
        .flags(flags().toArray(new String[0]))
        .errorsTo(Path.of("target", name + ".err"));
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
