package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.ObjectName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Thousands of reads wait on FIFOs, others go on meanwhile, and then each of them ends. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ParameterizedClass
@EnumSource(names = {"RING_NOTHING_INLINE", "POOL_NOTHING_INLINE"})
class PendingReadsHazardTest {
  @Parameter Engines engine;

  @TempDir Path directory;

  @Test
  void twoThousandPendingReadsDisturbNobodyAndAllEnd() throws Exception {
    pendingReads(2_000, 50);
  }

  @Test
  @Tag("long")
  void hundredThousandPendingReadsDisturbNobodyAndAllEnd() throws Exception {
    pendingReads(100_000, 500);
  }

  private void pendingReads(int count, int fifoCount) throws Exception {
    Path path = Files.write(directory.resolve("file"), new byte[] {5, 6, 7});
    List<UringFile> fifos = new ArrayList<>();
    AtomicInteger completed = new AtomicInteger();
    AtomicInteger interrupted = new AtomicInteger();
    try (Arena arena = Arena.ofShared();
        Uring uring = engine.open();
        UringFile file = uring.openFile(path, READ)) {
      for (Path fifo : Fifos.make(directory, fifoCount)) {
        fifos.add(uring.openFile(fifo, READ, WRITE));
      }
      MemorySegment memory = arena.allocate(count);
      long heapBefore = heapBytes();
      List<Thread> readers = new ArrayList<>();
      CountDownLatch started = new CountDownLatch(count);
      for (int i = 0; i < count; i++) {
        UringFile fifo = fifos.get(i % fifoCount);
        MemorySegment dst = memory.asSlice(i, 1);
        readers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      started.countDown();
                      read(fifo, dst, completed, interrupted);
                    }));
      }
      started.await();
      for (Thread reader : readers) {
        Waiting.untilParked(reader);
      }
      // Of its scratch memory each slot uses 32 bytes outside the heap.
      long bytesEach = (heapBytes() - heapBefore) / count + 32;
      System.out.println(count + " pending reads use " + bytesEach + " bytes each");
      assertThat(bytesEach).isLessThan(1_024);

      for (int i = 0; i < 200; i++) {
        ByteBuffer dst = ByteBuffer.allocateDirect(3);
        assertThat(file.read(dst, 0)).isEqualTo(3);
        assertThat(dst.get(2)).isEqualTo((byte) 7);
      }
      assertThat(completed.get() + interrupted.get()).isZero();

      for (int i = 0; i < count / 2; i++) { // in any order: heads, and such as are queued
        readers.get((i * 7) % count).interrupt();
      }
      Waiting.until("the interrupted to end", () -> interrupted.get() == count / 2);
      for (UringFile fifo : fifos) {
        fifo.writeFully(ByteBuffer.allocate(count / fifoCount), 0);
      }
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(completed.get()).isEqualTo(count - count / 2);
      for (UringFile fifo : fifos) {
        fifo.close();
      }
    }
  }

  private static void read(
      UringFile fifo, MemorySegment dst, AtomicInteger completed, AtomicInteger interrupted) {
    try {
      if (fifo.read(dst, 0) == 1) {
        completed.incrementAndGet();
      }
    } catch (java.io.InterruptedIOException e) {
      interrupted.incrementAndGet();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Bytes of live objects, without virtual threads, their stacks, and what schedules them. */
  private static long heapBytes() throws Exception {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    return histogram
        .lines()
        .map(line -> line.strip().split("\\s+")) // number: instances bytes class
        .filter(line -> line.length >= 4 && line[0].matches("\\d+:"))
        .filter(line -> !line[3].matches("jdk.internal.vm.*|java.lang.(VirtualThread|Thread).*"))
        .mapToLong(line -> Long.parseLong(line[2]))
        .sum();
  }
}
