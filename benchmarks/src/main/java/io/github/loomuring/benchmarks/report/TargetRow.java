package io.github.loomuring.benchmarks.report;

import java.util.List;

/**
 * A row of the table of targets.
 *
 * @param work the kind of work and the file system, or another subject of a target
 * @param threads number of threads, or a word in its place
 * @param target in words
 * @param measured in words
 * @param late the lateness, 99th percentile, and that of the baseline; a dash if the target has
 *     none
 * @param verdict on all conditions of the target
 */
record TargetRow(
    String work, String threads, String target, String measured, String late, Verdict verdict) {

  /** The rows as Markdown. */
  static String table(List<TargetRow> rows) {
    MarkdownTable table =
        new MarkdownTable("work", ">N", "target", "measured", ">late p99 ms", "met");
    for (TargetRow row : rows) {
      table.row(row.work, row.threads, row.target, row.measured, row.late, row.verdict.text());
    }
    return table
        + "\nRatios are to `FileChannel`; in brackets the lowest and the highest round,"
        + " or the lateness with `FileChannel`.\n";
  }
}
