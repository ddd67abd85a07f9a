package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Contenders;
import java.util.List;

/** The targets as Markdown. */
final class TargetTable {
  private TargetTable() {}

  /** With the file system, and the lateness of both contenders, in columns of their own. */
  static String full(List<TargetRow> rows) {
    MarkdownTable table =
        new MarkdownTable(
            "work",
            "file system",
            ">N",
            "target",
            "measured",
            ">late p99, ms",
            ">" + Contenders.FILE_CHANNEL + "'s",
            "met");
    for (TargetRow row : rows) {
      table.row(
          row.name(),
          row.fileSystem(),
          row.threads(),
          row.target(),
          row.measured(),
          Numbers.millis(row.lateNanos()),
          Numbers.millis(row.baselineLateNanos()),
          row.verdict().text());
    }
    return table.toString();
  }

  /** For a README. */
  static String compact(List<TargetRow> rows) {
    MarkdownTable table =
        new MarkdownTable("work", ">N", "target", "measured", ">late p99 ms", "met");
    for (TargetRow row : rows) {
      table.row(
          row.title(),
          row.threads(),
          row.target(),
          row.measured(),
          Double.isNaN(row.lateNanos())
              ? Numbers.UNKNOWN
              : "%s (%s)"
                  .formatted(
                      Numbers.millis(row.lateNanos()), Numbers.millis(row.baselineLateNanos())),
          row.verdict().text());
    }
    return table
        + "\nRatios are to `FileChannel`; in brackets the lowest and the highest round,"
        + " or the lateness with `FileChannel`.\n";
  }
}
