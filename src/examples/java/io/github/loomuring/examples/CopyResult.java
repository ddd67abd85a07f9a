package io.github.loomuring.examples;

import java.util.Locale;

/**
 * What a copy did.
 *
 * @param files regular files copied
 * @param bytes in these
 * @param failed files, links and directories that could not be copied, or whose copy differs
 * @param skipped special files
 * @param verifyNanos 0 if the copy was not verified
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

  /** The closing line. */
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
