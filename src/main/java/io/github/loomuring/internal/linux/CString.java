package io.github.loomuring.internal.linux;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths as the kernel takes them: bytes of the file system, ended by a NUL. */
public final class CString {
  private static final char REPLACEMENT = '\uFFFD';

  /** The charset in which the JDK's own paths are encoded. */
  private static final Charset NATIVE =
      Charset.forName(System.getProperty("sun.jnu.encoding", ""), StandardCharsets.UTF_8);

  /** With {@code -Duser.dir=...} a relative path means another file to Java than to the kernel. */
  private static final boolean RESOLVE_AGAINST_USER_DIR = userDirIsNotWorkingDirectory();

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
            RESOLVE_AGAINST_USER_DIR && !path.isAbsolute() ? path.toAbsolutePath() : path);
    return bytes.length == 0 ? new byte[] {'.'} : bytes;
  }

  /**
   * The bytes of {@code path} as it is, which may be relative to whatever its reader takes it to
   * be, for example the place of a symbolic link. Must be {@linkplain #isText text} then.
   *
   * @throws InvalidPathException if the path contains a NUL
   */
  public static byte[] unresolvedBytes(Path path) {
    String text = path.toString();
    if (text.indexOf('\0') >= 0) {
      throw new InvalidPathException(text, "NUL character not allowed");
    }
    // A name that is no text in the native charset was decoded with replacement characters; only
    // the URI still has its bytes. Making one may look at the file, so it is not the usual way.
    return text.indexOf(REPLACEMENT) < 0 ? text.getBytes(NATIVE) : uriBytes(path);
  }

  /** Whether {@code path} is the text of its bytes, and not what decoding them has left. */
  public static boolean isText(Path path) {
    return path.toString().indexOf(REPLACEMENT) < 0;
  }

  private static byte[] uriBytes(Path path) {
    String raw = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        bytes.write(Integer.parseInt(raw.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }

  private static boolean userDirIsNotWorkingDirectory() {
    try { // by java.io, which does not ask for the default file system: that may be one of ours
      String working = new File("/proc/self/cwd").getCanonicalPath();
      return !working.equals(new File(System.getProperty("user.dir")).getCanonicalPath());
    } catch (IOException | RuntimeException e) {
      return true; // an absolute path is right in every case
    }
  }
}
