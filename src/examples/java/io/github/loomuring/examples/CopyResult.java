package io.github.loomuring.examples;

import java.util.Locale;

/**
 * The result of a copy.
 *
 * @param files the number of regular files copied
 * @param bytes the number of bytes in these files
 * @param failed the number of files, links and directories that could not be copied, or whose copy
 *     differs
 * @param skipped the number of special files, which are not copied
 * @param copyNanos the time that the copy took
 * @param verifyNanos the time that the verification took; 0 if the copy was not verified
 */
record CopyResult(
    CopyEngine.Kind engine,
    long files,
    long bytes,
    long failed,
    long skipped,
    long copyNanos,
    long verifyNanos) {

  double copySeconds() {
    return copyNanos / 1e9;
  }

  /** Returns the last line of the output. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "copied %,d files, %,d bytes in %.3f s: %.1f MiB/s, engine %s",
            files,
            bytes,
            copySeconds(),
            bytes / copySeconds() / (1 << 20),
            engine));
    if (verifyNanos > 0) {
      line.append(String.format(Locale.ROOT, ", verified in %.3f s", verifyNanos / 1e9));
    }
    if (skipped > 0) {
      line.append(String.format(Locale.ROOT, ", %,d skipped", skipped));
    }
    if (failed > 0) {
      line.append(String.format(Locale.ROOT, ", %,d FAILED", failed));
    }
    return line.toString();
  }
}
