package io.github.loomuring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.UringOptions.Inline;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing is allocated per read or write in steady state, on the caller or by the reaper. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class AllocationTest {
  private static final int OPERATIONS = 20_000;
  private static final int WARM_UP = 30_000;
  private static final int ROUNDS_MAX = 5;
  private static final int BYTES = 4_096;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path directory;
  private Path path;

  private interface Transfer {
    void run() throws IOException;
  }

  @BeforeEach
  void makeFile() throws Exception {
    path = Files.writeString(directory.resolve("file"), "x".repeat(BYTES), UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void transfersAllocateNothing(Inline inline) throws Exception {
    Assumptions.assumeTrue(Uring.available(), () -> Uring.unavailableReason().orElse(""));
    UringOptions options = UringOptions.defaults().withFallback(Fallback.NEVER).withInline(inline);
    try (Uring uring = Uring.open(options);
        UringFile file = uring.openFile(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      ByteBuffer direct = ByteBuffer.allocateDirect(BYTES);
      ByteBuffer heap = ByteBuffer.allocate(BYTES);
      MemorySegment segment = arena.allocate(BYTES);
      Map<String, Transfer> transfers = new LinkedHashMap<>();
      transfers.put("read direct", () -> file.read(direct.clear(), 0));
      transfers.put("read heap", () -> file.read(heap.clear(), 0));
      transfers.put("read segment", () -> file.read(segment, 0));
      transfers.put("write direct", () -> file.write(direct.clear(), 0));
      transfers.put("write heap", () -> file.write(heap.clear(), 0));
      transfers.put("write segment", () -> file.write(segment, 0));
      for (Map.Entry<String, Transfer> transfer : transfers.entrySet()) {
        double bytes = bytesPerOperation(transfer.getValue());
        System.getLogger(AllocationTest.class.getName())
            .log(
                System.Logger.Level.INFO,
                "{0}, inline {1}: {2} bytes an operation",
                transfer.getKey(),
                inline,
                bytes);
        assertThat(bytes).as(transfer.getKey()).isLessThan(1);
      }
    }
  }

  /** The test notices what it is there for. */
  @Test
  void anAllocationIsMeasured() throws Exception {
    Object[] sink = new Object[1];
    assertThat(bytesPerOperation(() -> sink[0] = new byte[16])).isGreaterThanOrEqualTo(16);
  }

  /** Of this thread and of all reapers; the least of a few rounds, as compilers take their time. */
  private static double bytesPerOperation(Transfer transfer) throws IOException {
    for (int i = 0; i < WARM_UP; i++) {
      transfer.run();
    }
    long[] threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("loom-uring-reaper-"))
            .mapToLong(Thread::threadId)
            .toArray();
    double least = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS_MAX && least >= 1; round++) {
      long before = allocated(threads);
      for (int i = 0; i < OPERATIONS; i++) {
        transfer.run();
      }
      least = Math.min(least, (double) (allocated(threads) - before) / OPERATIONS);
    }
    return least;
  }

  private static long allocated(long[] threads) {
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    for (long thread : threads) {
      bytes += THREADS.getThreadAllocatedBytes(thread);
    }
    return bytes;
  }
}
