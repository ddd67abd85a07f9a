package io.github.loomuring.environment;

import com.sun.management.ThreadMXBean;
import io.github.loomuring.Uring;
import io.github.loomuring.UringBuffers;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.UringOptions.Inline;
import io.github.loomuring.nio.UringFileChannel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Prints how many bytes each kind of transfer allocates on the Java heap once it is compiled. */
final class MeasureAllocation {
  private static final int OPERATIONS = 5_000;
  private static final long WARM_UP_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);
  private static final int BYTES = 4_096;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static Object sink;

  private interface Transfer {
    void run() throws IOException;
  }

  private MeasureAllocation() {}

  /** Arguments: the inline policy, a file of 4 KiB. */
  public static void main(String[] args) throws IOException {
    UringOptions options =
        UringOptions.builder().fallback(Fallback.NEVER).inline(Inline.valueOf(args[0])).build();
    try (Uring uring = Uring.open(options);
        UringFile file =
            uring.openFile(Path.of(args[1]), StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel channel =
            UringFileChannel.open(
                uring,
                Path.of(args[1]),
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
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
      transfers.put("channel read", () -> channel.position(0).read(direct.clear()));
      transfers.put("channel read at", () -> channel.read(direct.clear(), 0));
      transfers.put("channel write", () -> channel.position(0).write(direct.clear()));
      transfers.put("channel write at", () -> channel.write(direct.clear(), 0));
      for (Map.Entry<String, Transfer> transfer : transfers.entrySet()) {
        System.out.println(transfer.getKey() + "=" + bytesPerOperation(transfer.getValue()));
      }
      System.out.println("control=" + bytesPerOperation(() -> sink = new byte[16], 0));
      try (UringBuffers buffers = uring.buffers(1, BYTES);
          UringBuffers.Lease lease = buffers.lease()) {
        ByteBuffer leased = lease.buffer();
        double read = bytesPerOperation(() -> file.read(leased.clear(), 0));
        double write = bytesPerOperation(() -> file.write(leased.clear(), 0));
        System.out.println("read leased=" + read);
        System.out.println("write leased=" + write);
      }
    }
  }

  /** Of this thread and the reaper; the least of a few rounds, as compilers take their time. */
  private static double bytesPerOperation(Transfer transfer) throws IOException {
    return bytesPerOperation(transfer, WARM_UP_NANOS_MAX);
  }

  private static double bytesPerOperation(Transfer transfer, long nanosMax) throws IOException {
    for (int i = 0; i < OPERATIONS; i++) {
      transfer.run();
    }
    long[] reapers =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("loom-uring-reaper-"))
            .mapToLong(Thread::threadId)
            .toArray();
    double least = Double.MAX_VALUE;
    long begun = System.nanoTime();
    do {
      long before = allocated(reapers);
      for (int i = 0; i < OPERATIONS; i++) {
        transfer.run();
      }
      least = Math.min(least, (double) (allocated(reapers) - before) / OPERATIONS);
    } while (least >= 1 && System.nanoTime() - begun < nanosMax);
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
