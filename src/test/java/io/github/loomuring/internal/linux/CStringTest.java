package io.github.loomuring.internal.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.Charset;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
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
