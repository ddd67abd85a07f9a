package io.github.loomuring.nio;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.hazard.Call;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.Waiting;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How interrupts and {@code close} end the calls of a channel, whatever it runs on. */
abstract class FileChannelInterruptContract extends ChannelFixture {
  /** The threads that call. */
  abstract Call.On threads();

  /** Every call that an interrupt that came before closes the channel in. */
  enum Work {
    READ(c -> c.read(ByteBuffer.allocate(1))),
    READ_AT(c -> c.read(ByteBuffer.allocate(1), 0)),
    READ_DIRECT_AT(c -> c.read(ByteBuffer.allocateDirect(1), 0)),
    READ_NOTHING(c -> c.read(ByteBuffer.allocate(0))),
    SCATTER(c -> c.read(new ByteBuffer[] {ByteBuffer.allocate(1)})),
    WRITE(c -> c.write(bytes("x"))),
    WRITE_AT(c -> c.write(bytes("x"), 0)),
    GATHER(c -> c.write(new ByteBuffer[] {bytes("x")})),
    POSITION(FileChannel::position),
    SET_POSITION(c -> c.position(1)),
    SIZE(FileChannel::size),
    TRUNCATE(c -> c.truncate(5)),
    FORCE(
        c -> {
          c.force(true);
          return null;
        }),
    TRANSFER_TO(c -> c.transferTo(0, 1, c)),
    TRANSFER_FROM(c -> c.transferFrom(c, 5, 1)),
    MAP(c -> c.map(MapMode.READ_ONLY, 0, 1)),
    MAP_SEGMENT(c -> c.map(MapMode.READ_ONLY, 0, 1, java.lang.foreign.Arena.ofAuto()));

    final On on;

    Work(On on) {
      this.on = on;
    }
  }

  /** Something to do with a channel. */
  interface On {
    Object run(FileChannel channel) throws Exception;
  }

  @ParameterizedTest
  @EnumSource
  void callOfAnInterruptedThreadClosesTheChannel(Work work) throws Exception {
    try (FileChannel channel = open(text(), READ, WRITE)) {
      Call<Object> call = Call.start(threads(), interrupted(() -> work.on.run(channel)));
      call.assertFailed(ClosedByInterruptException.class);
      assertThat(call.interruptedAfterwards()).isTrue();
      assertThat(channel.isOpen()).isFalse();
      assertThat(Call.start(threads(), () -> work.on.run(channel)).failure())
          .isExactlyInstanceOf(ClosedChannelException.class);
    }
  }

  private static <T> java.util.concurrent.Callable<T> interrupted(
      java.util.concurrent.Callable<T> work) {
    return () -> {
      Thread.currentThread().interrupt();
      return work.call();
    };
  }

  @Test
  void transferOfAnInterruptedThreadClosesBothChannels() throws Exception {
    for (boolean to : new boolean[] {true, false}) {
      try (FileChannel channel = open(text(), READ, WRITE);
          FileChannel other = open(file("other", new byte[9]), READ, WRITE)) {
        Call<Long> call =
            Call.start(
                threads(),
                interrupted(
                    () ->
                        to ? channel.transferTo(0, 1, other) : channel.transferFrom(other, 0, 1)));
        call.assertFailed(ClosedByInterruptException.class);
        assertThat(channel.isOpen()).isFalse();
        assertThat(other.isOpen()).isFalse();
      }
    }
  }

  @Test
  void interruptedThreadMayOpenAndTryToLock() throws Exception {
    Path path = text();
    Call<Void> call =
        Call.start(
            threads(),
            interrupted(
                () -> {
                  try (FileChannel channel = open(path, READ, WRITE)) {
                    FileLock lock = channel.tryLock();
                    assertThat(lock.isValid()).isTrue();
                    lock.release();
                    assertThat(channel.isOpen()).isTrue();
                  }
                  return null;
                }));
    call.value();
    assertThat(call.interruptedAfterwards()).isTrue();
  }

  @Test
  void lockOfAnInterruptedThreadClosesTheChannel() throws Exception {
    try (FileChannel channel = open(text(), READ, WRITE)) {
      Call<FileLock> call = Call.start(threads(), interrupted(channel::lock));
      call.assertFailed(FileLockInterruptionException.class);
      assertThat(call.interruptedAfterwards()).isTrue();
      assertThat(channel.isOpen()).isFalse();
    }
  }

  // ---- calls that block, at FIFOs

  /** A call that blocks at an empty or at a full FIFO. */
  enum Blocking {
    READ(c -> c.read(ByteBuffer.allocate(1))),
    READ_DIRECT(c -> c.read(ByteBuffer.allocateDirect(1))),
    SCATTER(c -> c.read(new ByteBuffer[] {ByteBuffer.allocate(1), ByteBuffer.allocate(1)})),
    WRITE(c -> c.write(ByteBuffer.allocate(100_000))),
    WRITE_DIRECT(c -> c.write(ByteBuffer.allocateDirect(100_000))),
    GATHER(c -> c.write(new ByteBuffer[] {ByteBuffer.allocate(100_000)}));

    final On on;

    Blocking(On on) {
      this.on = on;
    }

    boolean isWrite() {
      return ordinal() >= WRITE.ordinal();
    }
  }

  /** A channel of a FIFO that is empty, or full. */
  private FileChannel fifo(Blocking blocking) throws Exception {
    FileChannel fifo = open(Fifos.make(directory.resolve("fifo")), READ, WRITE);
    if (blocking.isWrite()) {
      assertThat(fifo.write(ByteBuffer.allocate(1 << 16))).isEqualTo(1 << 16);
    }
    return fifo;
  }

  private Call<Object> startBlocked(FileChannel channel, On on) throws Exception {
    Call<Object> call = Call.start(threads(), () -> on.run(channel));
    awaitBlocked(call);
    return call;
  }

  /** Ours park; the JDK's are in a native method. */
  private static void awaitBlocked(Call<?> call) throws Exception {
    Waiting.until(
        "a call that blocks",
        () -> {
          if (call.hasEnded()) {
            throw new AssertionError("the call has ended", call.failure());
          }
          StackTraceElement[] trace = call.thread().getStackTrace();
          return call.thread().getState() == Thread.State.WAITING
              || (trace.length > 2
                  && trace[0].isNativeMethod()
                  && trace[0].getClassName().startsWith("sun.nio.ch."));
        });
  }

  @ParameterizedTest
  @EnumSource
  void interruptEndsACallThatBlocks(Blocking blocking) throws Exception {
    try (FileChannel channel = fifo(blocking)) {
      Call<Object> call = startBlocked(channel, blocking.on);
      call.interrupt();
      call.assertFailed(ClosedByInterruptException.class);
      assertThat(call.interruptedAfterwards()).isTrue();
      assertThat(channel.isOpen()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void closeEndsACallThatBlocks(Blocking blocking) throws Exception {
    FileChannel channel = fifo(blocking);
    Call<Object> call = startBlocked(channel, blocking.on);
    channel.close();
    call.assertFailed(AsynchronousCloseException.class);
    assertThat(call.interruptedAfterwards()).isFalse();
  }

  @Test
  void interruptOfOneEndsAllOthers() throws Exception {
    try (FileChannel channel = fifo(Blocking.READ)) {
      Call<Object> first = startBlocked(channel, Blocking.READ.on);
      Call<Object> second = Call.start(threads(), () -> channel.read(ByteBuffer.allocate(1)));
      first.interrupt();
      first.assertFailed(ClosedByInterruptException.class);
      assertThat(second.failure()).isInstanceOf(ClosedChannelException.class);
      assertThat(second.interruptedAfterwards()).isFalse();
    }
  }

  @Test
  void closeEndsThoseThatWaitForThePosition() throws Exception {
    FileChannel channel = fifo(Blocking.READ);
    Call<Object> first = startBlocked(channel, Blocking.READ.on);
    Call<Long> waiting = Call.start(threads(), channel::position);
    Waiting.until(
        "a call that waits",
        () ->
            waiting.thread().getState() == Thread.State.WAITING
                || waiting.thread().getState() == Thread.State.BLOCKED);
    channel.close();
    first.assertFailed(AsynchronousCloseException.class);
    assertThat(waiting.failure()).isInstanceOf(java.io.IOException.class);
  }

  @Test
  void closeOfTheSourceEndsATransfer() throws Exception {
    Path copy = directory.resolve("copy");
    FileChannel source = fifo(Blocking.READ);
    try (FileChannel target = open(copy, WRITE, CREATE_NEW)) {
      Call<Object> call = startBlocked(target, c -> c.transferFrom(source, 0, 10));
      source.close();
      call.assertFailed(AsynchronousCloseException.class);
      assertThat(target.isOpen()).isTrue();
    }
  }
}
