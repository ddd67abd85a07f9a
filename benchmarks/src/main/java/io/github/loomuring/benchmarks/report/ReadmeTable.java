package io.github.loomuring.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The part of a README that the report keeps up to date. */
final class ReadmeTable {
  static final String BEGIN = "<!-- benchmark table begin -->";
  static final String END = "<!-- benchmark table end -->";

  private ReadmeTable() {}

  /**
   * Puts {@code table} between the markers.
   *
   * @return false if the file has no markers, and is as it was
   */
  static boolean replace(Path readme, String table) throws IOException {
    String before = Files.readString(readme);
    String after = replace(before, table);
    if (after.equals(before)) {
      return before.contains(BEGIN);
    }
    Files.writeString(readme, after);
    return true;
  }

  /** The text with {@code table} between the markers; the same text if it has none. */
  static String replace(String text, String table) {
    int begin = text.indexOf(BEGIN);
    if (begin < 0) {
      return text;
    }
    int end = text.indexOf(END, begin);
    if (end < 0) {
      throw new IllegalArgumentException("there is " + BEGIN + " but no " + END + " behind it");
    }
    return text.substring(0, begin + BEGIN.length())
        + "\n\n"
        + table.strip()
        + "\n\n"
        + text.substring(end);
  }
}
