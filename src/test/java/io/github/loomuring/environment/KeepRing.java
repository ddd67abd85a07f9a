package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import java.nio.file.Path;

/**
 * In a child JVM: makes the shared ring, uses files, and keeps it until it is told to try once
 * more, by a line, and to end, by another one. Argument: a directory to work in.
 */
final class KeepRing {
  private static final long TIMEOUT_NANOS = 30_000_000_000L;

  private KeepRing() {}

  public static void main(String[] args) throws Exception {
    RoundTrip.onVirtualThread(Uring.shared(), Path.of(args[0]));
    TryLibrary.say("ring", Uring.available());
    TryLibrary.say("shared", Uring.shared());
    System.out.println("ready");
    if (System.in.read() < 0) {
      return;
    }
    long begun = System.nanoTime();
    while (!Uring.available() && System.nanoTime() - begun < TIMEOUT_NANOS) {
      Thread.sleep(10);
    }
    TryLibrary.say("later", Uring.available());
    RoundTrip.onVirtualThread(Uring.shared(), Path.of(args[0]));
  }
}
