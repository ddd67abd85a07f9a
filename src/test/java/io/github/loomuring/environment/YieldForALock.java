package io.github.loomuring.environment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * In a child JVM: threads wait for a lock by yielding, and write a file while they hold it.
 *
 * <p>Argument: the file.
 */
final class YieldForALock {
  private static final int THREADS = 32;
  private static final int ROUNDS = 50;

  private YieldForALock() {}

  public static void main(String[] args) throws Exception {
    AtomicBoolean held = new AtomicBoolean();
    Thread[] threads = new Thread[THREADS];
    try (FileChannel channel =
        FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < threads.length; i++) {
        threads[i] = Thread.ofVirtual().start(() -> writeInTurn(channel, held));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    TryLibrary.say("ended", true);
  }

  private static void writeInTurn(FileChannel channel, AtomicBoolean held) {
    for (int round = 0; round < ROUNDS; round++) {
      while (!held.compareAndSet(false, true)) {
        Thread.yield();
      }
      try {
        for (int i = 0; i < 3; i++) {
          channel.write(ByteBuffer.allocate(300), i * 300L);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        held.set(false);
      }
    }
  }
}
