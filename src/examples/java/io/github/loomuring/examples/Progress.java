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
 * Counts the copied files, shows a progress bar if there is a terminal, and reports failures. For
 * use by any thread.
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

  /** Adds a file that will be copied. Called only by the thread that walks the tree. */
  void found(long size) {
    if (bar != null) {
      bar.maxHint(bar.getMax() + size);
    }
  }

  /** Adds bytes that have been copied. */
  void copied(long copiedBytes) {
    bytes.add(copiedBytes);
    if (bar != null) {
      bar.stepBy(copiedBytes);
    }
  }

  /** Adds a file whose copy is complete. */
  void completed() {
    files.increment();
  }

  /** Reports a special file, which is not copied. */
  void skipped(Path path, Attributes.Type type) {
    skipped.increment();
    report("skipped: " + path + ": is a " + type);
  }

  /** Reports a file that could not be copied, or whose copy differs. */
  void failed(Path path, Throwable cause) {
    if (cause instanceof StoppedException) {
      return; // the process is ending; this is no failure of the file
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
    // A file name may contain control characters, for example a line break.
    String printable = line.replaceAll("\\p{Cntrl}", "?");
    err.println(bar == null ? printable : CLEAR_LINE + printable);
  }

  /** Returns the type and the reason of an exception, without the path if that is possible. */
  private static String explain(Throwable cause) {
    String type = cause.getClass().getSimpleName();
    String text = cause.getMessage();
    if (cause instanceof FileSystemException e && e.getReason() != null) {
      text = e.getReason();
    }
    return text == null ? type : type + ": " + text;
  }
}
