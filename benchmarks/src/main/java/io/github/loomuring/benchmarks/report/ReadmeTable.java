package io.github.loomuring.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A table in a README, between a line that begins it and one that ends it. */
final class ReadmeTable {
  static final String BEGIN = "<!-- benchmark table begin -->";
  static final String END = "<!-- benchmark table end -->";

  /** The table of the file systems side by side. */
  static final ReadmeTable MATRIX =
      new ReadmeTable("<!-- target matrix begin -->", "<!-- target matrix end -->");

  /** The table of the report. */
  static final ReadmeTable TARGETS = new ReadmeTable(BEGIN, END);

  private final String beginMarker;
  private final String endMarker;

  private ReadmeTable(String begin, String end) {
    this.beginMarker = begin;
    this.endMarker = end;
  }

  /**
   * Writes {@code table} between the markers of the file.
   *
   * @return false if the file has no markers; it is unchanged then
   */
  boolean replace(Path readme, String table) throws IOException {
    String before = Files.readString(readme);
    String after = replace(before, table);
    if (after.equals(before)) {
      return before.contains(beginMarker);
    }
    Files.writeString(readme, after);
    return true;
  }

  /** The text with {@code table} between its markers; the unchanged text if it has none. */
  String replace(String text, String table) {
    int begin = text.indexOf(beginMarker);
    if (begin < 0) {
      return text;
    }
    int end = text.indexOf(endMarker, begin);
    if (end < 0) {
      throw new IllegalArgumentException(
          "there is " + beginMarker + " but no " + endMarker + " after it");
    }
    return text.substring(0, begin + beginMarker.length())
        + "\n\n"
        + table.strip()
        + "\n\n"
        + text.substring(end);
  }
}
