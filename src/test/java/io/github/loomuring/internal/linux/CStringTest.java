package io.github.loomuring.internal.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.loomuring.support.OddNames;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of a path are those that the JDK gives to the kernel. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CStringTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"/a/b", "a", "a/../b", "/", ".", " ", "a b", "%41", "a\\b", "a\nb"})
  void asciiIsItself(String text) {
    assertThat(CString.bytes(Path.of(text))).isEqualTo(text.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Grüße", "日本語", "e\u0301", "\uD83D\uDE00"})
  void otherLettersAreInTheNativeCharset(String text) {
    String encoding = System.getProperty("sun.jnu.encoding");
    Assumptions.assumeTrue("UTF-8".equals(encoding), "sun.jnu.encoding=" + encoding);
    assertThat(CString.bytes(Path.of(text))).isEqualTo(text.getBytes(UTF_8));
  }

  @Test
  void emptyPathIsTheWorkingDirectory() {
    assertThat(CString.bytes(Path.of(""))).isEqualTo(new byte[] {'.'});
  }

  /** The JDK refuses to make such a path, so nobody should get here with one. */
  @Test
  void nulIsNotAllowed() {
    assertThatExceptionOfType(InvalidPathException.class)
        .isThrownBy(() -> CString.bytes(Path.of("a\0b")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\377", "a\\200b", "\\303(", "x\\357\\277\\275\\377 %y"})
  void nameThatIsNoTextKeepsItsBytes(String escaped) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", ": > \"$(printf '" + escaped.replace("%", "%%") + "')\"")
            .directory(directory.toFile())
            .inheritIO()
            .start();
    assertThat(shell.waitFor()).isZero();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      Path file = files.iterator().next();
      byte[] bytes = CString.bytes(file);
      int name = CString.bytes(directory).length + 1;
      String hex = HexFormat.of().formatHex(bytes, name, bytes.length);
      assertThat(hex).isEqualTo(HexFormat.of().formatHex(unescaped(escaped)));
    }
  }

  /** Whatever the locale: the path of a URI has the bytes of the URI. */
  @Test
  void everyByteIsKept() {
    StringBuilder all = new StringBuilder();
    byte[] expected = new byte[254];
    int length = 0;
    for (int b = 1; b < 256; b++) {
      if (b != '/') {
        all.append("%%%02X".formatted(b));
        expected[length++] = (byte) b;
      }
    }
    Path absolute = Path.of(URI.create("file:///" + all));
    assertThat(CString.bytes(absolute.subpath(0, 1))).isEqualTo(expected);
    assertThat(CString.bytes(absolute)).endsWith(expected).startsWith('/').hasSize(255);
    assertThat(CString.ownBytes(absolute)).isEqualTo(CString.bytes(absolute));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/a/b", "a", "a/../b", "/", "/..", "/dev/null", ".", "", " ", "%41", "a\\b/c\n"})
  void ownBytesAreThoseOfTheText(String text) {
    assertThat(CString.ownBytes(Path.of(text))).isEqualTo(text.getBytes(UTF_8));
    assertThat(CString.unresolvedBytes(Path.of(text))).isEqualTo(text.getBytes(UTF_8));
  }

  /** Its URI ends in a slash, but no name does. */
  @Test
  void directoryAndLinkToItAreNamesWithoutASlash() throws Exception {
    Files.createDirectory(OddNames.resolve(directory, "d%FF"));
    Path link =
        Files.createSymbolicLink(
            OddNames.resolve(directory, "l%FF"), OddNames.relative(directory, "d%FF"));
    assertThat(link.toUri().getRawPath()).endsWith("/");
    for (String name : List.of("d%FF", "l%FF", "l%FF/..", "l%FF/.")) {
      String text = directory + "/" + name.replace("%FF", "\u00FF");
      assertThat(CString.bytes(OddNames.resolve(directory, name)))
          .isEqualTo(text.getBytes(ISO_8859_1));
    }
  }

  @Test
  void pathTooLongForTheKernelHasItsBytes() {
    Path path = OddNames.resolve(directory, "%FF/".repeat(5_000) + "a");
    assertThat(CString.bytes(path)).hasSize(CString.bytes(directory).length + 10_002);
  }

  private static byte[] unescaped(String escaped) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < escaped.length(); i++) {
      if (escaped.charAt(i) == '\\') {
        text.append((char) Integer.parseInt(escaped.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        text.append(escaped.charAt(i));
      }
    }
    return text.toString().getBytes(Charset.forName("ISO-8859-1"));
  }
}
