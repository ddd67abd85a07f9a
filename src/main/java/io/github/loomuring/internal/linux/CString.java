package io.github.loomuring.internal.linux;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/** Converts paths to the kernel's form: the bytes that the file system stores, without the NUL. */
public final class CString {
  /*
   * A path of the JDK is bytes, and its text is decoded from them. In most charsets the bytes
   * cannot be recovered from the text. A sequence that is no text becomes U+FFFD. If several
   * sequences stand for one character, encoding returns the usual one. A name that is encoded from
   * such a text leads to another file, or to none. So the text is used only in charsets that lose
   * nothing but by U+FFFD. For every other path the URI is used, which contains the bytes.
   *
   * The path's own URI cannot be used: toUri looks at the file, follows a link, and appends a slash
   * if it finds a directory. So the path is first resolved against a path that cannot be a
   * directory. The kernel reports that at once, without access to any disk or server.
   */

  private static final char REPLACEMENT = '\uFFFD';

  /** A file that is no directory. No path of the JDK but the root ends in a slash. */
  private static final String NO_DIRECTORY = "/dev/null";

  private static final Charset NATIVE = charset("sun.jnu.encoding");

  /**
   * Whether a text without U+FFFD determines the bytes of its path. On Linux both properties name
   * the charset of the JDK's paths. A program that has set one of them has not changed that
   * charset.
   */
  private static final boolean EXACT =
      NATIVE != null
          && NATIVE.equals(charset("native.encoding"))
          && Set.of(StandardCharsets.UTF_8, StandardCharsets.US_ASCII, StandardCharsets.ISO_8859_1)
              .contains(NATIVE);

  /** Whether Java resolves relative paths against another directory than the kernel does. */
  private static volatile Boolean resolvesAgainstDefault;

  private CString() {}

  /**
   * The bytes of {@code path}, without the terminating NUL.
   *
   * @param path a path of the platform's file system
   * @throws InvalidPathException if the path contains a NUL
   */
  public static byte[] bytes(Path path) {
    byte[] bytes =
        unresolvedBytes(
            !path.isAbsolute() && resolvesAgainstDefault(path.getFileSystem())
                ? path.toAbsolutePath()
                : path);
    return bytes.length == 0 ? new byte[] {'.'} : bytes;
  }

  /**
   * The bytes of {@code path} as it is. A relative path stays relative, for example to the
   * directory of the symbolic link that it is the target of.
   *
   * @throws InvalidPathException if the path contains a NUL
   */
  public static byte[] unresolvedBytes(Path path) {
    String text = path.toString();
    if (text.indexOf('\0') >= 0) {
      throw new InvalidPathException(text, "NUL character not allowed");
    }
    return EXACT && text.indexOf(REPLACEMENT) < 0 ? text.getBytes(NATIVE) : ownBytes(path);
  }

  /** The bytes that the JDK itself passes to the kernel. Does not access the file. */
  static byte[] ownBytes(Path path) {
    int names = path.getNameCount();
    if (names == 0 || path.toString().isEmpty()) {
      return path.isAbsolute() ? new byte[] {'/'} : new byte[0];
    }
    Path relative = path.isAbsolute() ? path.subpath(0, names) : path;
    String raw = path.getFileSystem().getPath(NO_DIRECTORY).resolve(relative).toUri().getRawPath();
    if (raw == null || !raw.startsWith(NO_DIRECTORY + "/")) {
      // Not the JDK's: a file system in place of the default one, of which only the text is known.
      return path.toString().getBytes(NATIVE == null ? StandardCharsets.UTF_8 : NATIVE);
    }
    int end = raw.endsWith("/") ? raw.length() - 1 : raw.length();
    return decoded(raw, NO_DIRECTORY.length() + (path.isAbsolute() ? 0 : 1), end);
  }

  /** The bytes of a URI's path from {@code start} to {@code end}. */
  private static byte[] decoded(String raw, int start, int end) {
    byte[] bytes = new byte[end - start];
    int length = 0;
    for (int i = start; i < end; i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        bytes[length++] = (byte) Integer.parseInt(raw, i + 1, i + 3, 16);
        i += 2;
      } else {
        bytes[length++] = (byte) c;
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  private static boolean resolvesAgainstDefault(FileSystem fileSystem) {
    Boolean known = resolvesAgainstDefault;
    if (known == null) {
      known = !defaultIsWorkingDirectory(fileSystem);
      resolvesAgainstDefault = known;
    }
    return known;
  }

  /**
   * Decides as the JDK does when it makes its file system: with {@code -Duser.dir=...} a relative
   * path leads to another file in Java than in the kernel. A value that a program sets later has no
   * effect.
   */
  private static boolean defaultIsWorkingDirectory(FileSystem fileSystem) {
    Path byJava = fileSystem.getPath("").toAbsolutePath();
    try {
      return Files.readSymbolicLink(fileSystem.getPath("/proc/self/cwd")).equals(byJava);
    } catch (IOException | RuntimeException e) {
      return false; // then paths are made absolute, which is always right
    }
  }

  /** The charset that a system property names; null if there is none of that name. */
  private static Charset charset(String property) {
    try {
      return Charset.forName(System.getProperty(property, ""));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
