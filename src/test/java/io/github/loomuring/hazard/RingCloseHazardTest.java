package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.hazard.Call.On;
import io.github.loomuring.support.Descriptors;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A ring is closed while operations are in flight, and under threads that start new ones. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ParameterizedClass
@EnumSource(names = {"RING", "RING_THREE", "RING_SQ_POLL", "POOL"})
class RingCloseHazardTest {
  @Parameter Engines engine;

  /** Opens begin on the caller: what is parked waits for the other side of a FIFO. */
  private Uring open() {
    engine.open().close(); // ends the test where there is no io_uring
    return Uring.open(
        engine.options().toBuilder().inline(UringOptions.Inline.NON_BLOCKING).build());
  }

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void closeEndsReadsInTheKernelAndReadsThatAreQueued(On on) throws Exception {
    Uring uring = open();
    List<UringFile> fifos = new ArrayList<>();
    List<Call<Integer>> reads = new ArrayList<>();
    for (Path path : Fifos.make(directory, 8)) {
      UringFile fifo = uring.openFile(path, READ, WRITE);
      fifos.add(fifo);
      for (int i = 0; i < 4; i++) { // one in the kernel, three queued
        reads.add(Call.startParked(on, () -> fifo.read(ByteBuffer.allocate(8), 0)));
      }
    }
    uring.close();
    for (Call<Integer> read : reads) {
      read.assertFailed(AsynchronousCloseException.class);
      assertThat(read.interruptedAfterwards()).isFalse();
    }
    for (UringFile fifo : fifos) {
      assertThat(fifo.isOpen()).isFalse();
      assertThatThrownBy(() -> fifo.read(ByteBuffer.allocate(1), 0))
          .isInstanceOf(ClosedChannelException.class);
      assertThat(Descriptors.of(fifo.path())).isEqualTo(1);
      fifo.close();
      assertThat(Descriptors.of(fifo.path())).isZero();
    }
    assertThatThrownBy(() -> uring.openFile(directory.resolve("new"), WRITE, CREATE))
        .isInstanceOf(ClosedChannelException.class);
  }

  @ParameterizedTest
  @EnumSource
  void closeEndsOpensThatWaitForTheOtherSide(On on) throws Exception {
    Uring uring = open();
    List<Path> paths = Fifos.make(directory, 16);
    List<Call<UringFile>> opens = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      Path path = paths.get(i);
      var option = i % 2 == 0 ? READ : WRITE;
      opens.add(Call.startParked(on, () -> uring.openFile(path, option)));
    }
    uring.close();
    for (Call<UringFile> open : opens) {
      open.assertFailed(AsynchronousCloseException.class);
      assertThat(open.interruptedAfterwards()).isFalse();
    }
    if (!engine.isRing()) {
      Fifos.openBothSides(directory); // ends opens for writing that were abandoned
    }
    for (Path path : paths) {
      Waiting.until("the descriptor to be closed", () -> Descriptors.of(path) == 0);
    }
  }

  /** With two entries the closing itself has to find room, for its cancels as well. */
  @Test
  void smallestRingClosesWithManyOperationsInFlight() throws Exception {
    open().close(); // ends the test where there is no io_uring
    Uring uring = Uring.open(engine.options().toBuilder().entries(2).completionEntries(8).build());
    UringFile fifo = uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE);
    List<Call<Integer>> reads = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      reads.add(Call.startParked(() -> fifo.read(ByteBuffer.allocateDirect(8), 0)));
    }
    uring.close();
    for (Call<Integer> read : reads) {
      read.assertFailed(AsynchronousCloseException.class);
    }
    fifo.close();
  }

  /** Threads keep starting operations of every kind until the ring refuses them. */
  @Test
  void closeRacingWithNewOperationsEndsAllOfThem() throws Exception {
    Random random = Hazards.random("closeRacingWithNewOperationsEndsAllOfThem");
    Path regular = directory.resolve("regular");
    List<Path> fifos = Fifos.make(directory, 2);
    for (int round = 0; round < 100; round++) {
      UringOptions options =
          (random.nextBoolean() ? engine : Engines.RING_NOTHING_INLINE).options();
      Uring uring = Uring.open(options.toBuilder().entries(4).build());
      UringFile file = uring.openFile(regular, READ, WRITE, CREATE);
      UringFile fifo = uring.openFile(fifos.get(0), READ, WRITE);
      CountDownLatch running = new CountDownLatch(8);
      List<Call<Void>> callers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Random own = new Random(random.nextLong());
        On on = i % 4 == 0 ? On.PLATFORM : On.VIRTUAL;
        callers.add(
            Call.start(
                on,
                () -> {
                  running.countDown();
                  for (; ; ) {
                    anyCall(own, uring, file, fifo, fifos.get(1));
                  }
                }));
      }
      running.await();
      long until = System.nanoTime() + random.nextInt(2_000_000);
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      uring.close();
      for (Call<Void> caller : callers) {
        assertThat(caller.failure()).isInstanceOf(ClosedChannelException.class);
      }
      file.close();
      fifo.close();
    }
    Waiting.until("descriptors of opens to be closed", () -> Descriptors.of(fifos.get(1)) == 0);
  }

  private static void anyCall(
      Random random, Uring uring, UringFile file, UringFile fifo, Path otherFifo)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(64);
    switch (random.nextInt(7)) {
      case 0 -> file.read(bytes, 0);
      case 1 -> file.write(bytes, 0);
      case 2 -> file.size();
      case 3 -> fifo.read(bytes, 0);
      case 4 -> fifo.write(bytes.limit(8), 0);
      case 5 -> uring.openFile(otherFifo, READ).close(); // there is never a writer
      default -> uring.openFile(file.path(), READ).close();
    }
  }

  @Test
  void manyThreadsMayCloseOneRing() throws Exception {
    for (int round = 0; round < 100; round++) {
      Uring uring = Engines.RING_TINY.open();
      CountDownLatch ready = new CountDownLatch(4);
      List<Call<Void>> closes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        closes.add(
            Call.start(
                On.PLATFORM,
                () -> {
                  ready.countDown();
                  while (ready.getCount() > 0) {
                    Thread.onSpinWait();
                  }
                  uring.close();
                  return null;
                }));
      }
      for (Call<Void> close : closes) {
        close.value();
      }
    }
  }

  @Test
  void interruptedCloseStillClosesAndKeepsTheInterrupt() throws Exception {
    Uring uring = open();
    UringFile fifo = uring.openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE);
    Call<Integer> read = Call.startParked(() -> fifo.read(ByteBuffer.allocate(8), 0));
    Call<Void> close =
        Call.start(
            () -> {
              Thread.currentThread().interrupt();
              uring.close();
              return null;
            });
    close.value();
    assertThat(close.interruptedAfterwards()).isTrue();
    read.assertFailed(AsynchronousCloseException.class);
    fifo.close();
  }
}
