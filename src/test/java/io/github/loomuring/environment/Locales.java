package io.github.loomuring.environment;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Locales of the C library that child JVMs can be run in, made if the machine lacks them. */
enum Locales {
  C("C", null),
  UTF_8("C.UTF-8", null),
  LATIN_1("de_DE", "ISO-8859-1"),
  /** 398 characters have several sequences of bytes. */
  WINDOWS_31J("ja_JP", "WINDOWS-31J"),
  BIG5("zh_TW", "BIG5");

  private final String language;
  private final String charset;

  Locales(String language, String charset) {
    this.language = language;
    this.charset = charset;
  }

  /** The command that runs a child in it; made in {@code directory}, or the test is skipped. */
  String[] in(Path directory) throws IOException {
    if (charset == null) {
      return new String[] {"env", "LC_ALL=" + language};
    }
    Commands.needTool("localedef", "libc-bin");
    Path map = Path.of("/usr/share/i18n/charmaps", charset + ".gz");
    assumeTrue(Files.exists(map), () -> "needs " + map + " (locales)");
    Path locale = directory.resolve(language + "." + charset);
    Commands.run("localedef", "-c", "-f", charset, "-i", language, locale.toString());
    assumeTrue(Files.exists(locale), () -> "localedef made no " + locale);
    return new String[] {"env", "LOCPATH=" + directory, "LC_ALL=" + locale.getFileName()};
  }

  /** What the JDK calls the charset. */
  String jnuEncoding() {
    return switch (this) {
      case C -> "ANSI_X3.4-1968";
      case UTF_8 -> "UTF-8";
      default -> charset;
    };
  }
}
