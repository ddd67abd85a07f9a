package io.github.loomuring.benchmarks.targets;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has to be undone, the last step first: when this is closed, or when a signal ends the
 * process. A signal ends the child processes before that.
 */
final class Undo implements AutoCloseable {
  /** A step that undoes something. */
  interface Step {
    void run() throws IOException, InterruptedException;
  }

  /** The thread that measures may be about to make one more file. */
  private static final int ATTEMPTS = 3;

  private final Deque<Step> steps = new ArrayDeque<>();
  private final Thread hook = new Thread(this::atSignal, "undo");

  Undo() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  synchronized void add(Step step) {
    steps.push(step);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the process is ending, and the hook does it
    }
    runAll();
  }

  private void atSignal() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    for (int i = 1; i <= ATTEMPTS; i++) {
      try {
        runAll();
        return;
      } catch (IOException | InterruptedException e) {
        if (i == ATTEMPTS) {
          System.err.println("not undone: " + e);
        }
      }
    }
  }

  /** A step that fails stays, and so do those below it. */
  private synchronized void runAll() throws IOException, InterruptedException {
    while (!steps.isEmpty()) {
      steps.peek().run();
      steps.pop();
    }
  }
}
