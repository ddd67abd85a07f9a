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

/** Paths as the kernel takes them: bytes of the file system, ended by a NUL. */
public final class CString {
  /*
   * The JDK's path is bytes, and its text is what decoding them has made. Most charsets lose by
   * that which bytes they were: what is no text becomes U+FFFD, and where several sequences stand
   * for one character, encoding it gives the one that is usual. A name encoded from such a text
   * leads to another file, or to none. So text is used only in the charsets that lose nothing but
   * by U+FFFD; of every other path the URI is made, which has the bytes themselves.
   *
   * A path's own URI does not do. Making it looks at the file, follows a link, and appends a slash
   * if a directory is there. Instead the path is put below what can have nothing below it, and the
   * kernel says that at once, without asking any disk or server.
   */

  private static final char REPLACEMENT = '\uFFFD';

  /** It is no directory; no path of the JDK's but the root ends in a slash. */
  private static final String NO_DIRECTORY = "/dev/null";

  private static final Charset NATIVE = charset("sun.jnu.encoding");

  /**
   * Whether text without U+FFFD is exactly the bytes of its path. On Linux both properties name the
   * charset of the JDK's paths. A program that has set one of them has not changed that charset.
   */
  private static final boolean EXACT =
      NATIVE != null
          && NATIVE.equals(charset("native.encoding"))
          && Set.of(StandardCharsets.UTF_8, StandardCharsets.US_ASCII, StandardCharsets.ISO_8859_1)
              .contains(NATIVE);

  /** Of relative paths: whether Java's default directory is another one than the kernel's. */
  private static volatile Boolean resolvesAgainstDefault;

  private CString() {}

  /**
   * The bytes of {@code path}, without a closing NUL.
   *
   * @param path of the platform's file system
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
   * The bytes of {@code path} as it is, which may be relative to whatever its reader takes it to
   * be, for example the place of a symbolic link.
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

  /** The bytes that the JDK itself gives to the kernel. Nothing looks at the file. */
  static byte[] ownBytes(Path path) {
    int names = path.getNameCount();
    if (names == 0 || path.toString().isEmpty()) {
      return path.isAbsolute() ? new byte[] {'/'} : new byte[0];
    }
    Path relative = path.isAbsolute() ? path.subpath(0, names) : path;
    String raw = path.getFileSystem().getPath(NO_DIRECTORY).resolve(relative).toUri().getRawPath();
    if (raw == null || !raw.startsWith(NO_DIRECTORY + "/")) {
      // Not the JDK's: a file system in place of the default one, to which text is all there is.
      return path.toString().getBytes(NATIVE == null ? StandardCharsets.UTF_8 : NATIVE);
    }
    int end = raw.endsWith("/") ? raw.length() - 1 : raw.length();
    return decoded(raw, NO_DIRECTORY.length() + (path.isAbsolute() ? 0 : 1), end);
  }

  /** The bytes of a URI's path from {@code begin} to {@code end}. */
  private static byte[] decoded(String raw, int begin, int end) {
    byte[] bytes = new byte[end - begin];
    int length = 0;
    for (int i = begin; i < end; i++) {
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
   * As the JDK decides it when it makes its file system: with {@code -Duser.dir=...} a relative
   * path means another file to Java than to the kernel. What a program sets later means nothing.
   */
  private static boolean defaultIsWorkingDirectory(FileSystem fileSystem) {
    Path byJava = fileSystem.getPath("").toAbsolutePath();
    try {
      return Files.readSymbolicLink(fileSystem.getPath("/proc/self/cwd")).equals(byJava);
    } catch (IOException | RuntimeException e) {
      return false; // an absolute path is right in every case
    }
  }

  /** What a system property names; null if nothing that there is. */
  private static Charset charset(String property) {
    try {
      return Charset.forName(System.getProperty(property, ""));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
