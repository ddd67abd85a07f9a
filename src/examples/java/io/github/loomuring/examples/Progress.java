package io.github.loomuring.examples;

import io.github.loomuring.examples.TemporaryFiles.StoppedException;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * Counts what has been done, shows a progress bar if there is a terminal, and reports what could
 * not be done. For use by any thread.
 */
final class Progress implements AutoCloseable {
  private static final String CLEAR_LINE = "\r\033[2K";

  private final PrintWriter err;
  private final ProgressBar bar; // null if there is no terminal
  private final LongAdder files = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder skipped = new LongAdder();

  Progress(PrintWriter err) {
    this.err = err;
    Console console = System.console();
    this.bar =
        console != null && console.isTerminal()
            ? new ProgressBarBuilder()
                .setTaskName("Copying")
                .setUnit(" MiB", 1 << 20)
                .setInitialMax(0)
                .clearDisplayOnFinish()
                .build()
            : null;
  }

  /** A file is going to be copied. Called by the one thread that walks the tree. */
  void found(long size) {
    if (bar != null) {
      bar.maxHint(bar.getMax() + size);
    }
  }

  /** Bytes have been copied. */
  void copied(long n) {
    bytes.add(n);
    if (bar != null) {
      bar.stepBy(n);
    }
  }

  /** A file is complete. */
  void completed() {
    files.increment();
  }

  /** A special file is left out. */
  void skip(Path path, Attributes.Kind kind) {
    skipped.increment();
    report("skipped: " + path + ": is a " + kind);
  }

  /** A file could not be copied, or its copy differs. */
  void fail(Path path, Throwable cause) {
    if (cause instanceof StoppedException) {
      return; // not the fault of this file
    }
    failed.increment();
    report("failed: " + path + ": " + explain(cause));
  }

  long files() {
    return files.sum();
  }

  long bytes() {
    return bytes.sum();
  }

  long failed() {
    return failed.sum();
  }

  long skipped() {
    return skipped.sum();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  private void report(String line) {
    // A file name may hold control characters, a line break for one.
    String printable = line.replaceAll("\\p{Cntrl}", "?");
    err.println(bar == null ? printable : CLEAR_LINE + printable);
  }

  /** The exception with its reason; most do not repeat the name of the file for that. */
  private static String explain(Throwable cause) {
    String type = cause.getClass().getSimpleName();
    String text = cause.getMessage();
    if (cause instanceof FileSystemException e && e.getReason() != null) {
      text = e.getReason();
    }
    return text == null ? type : type + ": " + text;
  }
}
