package io.github.loomuring.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The table in a README that the report updates. */
final class ReadmeTable {
  static final String BEGIN = "<!-- benchmark table begin -->";
  static final String END = "<!-- benchmark table end -->";

  private ReadmeTable() {}

  /**
   * Writes {@code table} between the markers of the file.
   *
   * @return false if the file has no markers; it is unchanged then
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

  /** The text with {@code table} between its markers; the unchanged text if it has none. */
  static String replace(String text, String table) {
    int begin = text.indexOf(BEGIN);
    if (begin < 0) {
      return text;
    }
    int end = text.indexOf(END, begin);
    if (end < 0) {
      throw new IllegalArgumentException("there is " + BEGIN + " but no " + END + " after it");
    }
    return text.substring(0, begin + BEGIN.length())
        + "\n\n"
        + table.strip()
        + "\n\n"
        + text.substring(end);
  }
}
