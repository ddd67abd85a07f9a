package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.Fcntl.AT_FDCWD;
import static io.github.loomuring.internal.linux.Fcntl.O_CLOEXEC;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_OPENAT;
import static io.github.loomuring.internal.linux.IoUring.IOSQE_ASYNC;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bound on the kernel's workers, with opens of FIFOs, each of which takes one until the other
 * side comes. The reaper, or the kernel's thread, submits them all, so that there is one pool of
 * workers.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class WorkersTest {
  private static final int OPENS = 10;
  private static final int WORKERS = 3;
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** For how long nothing must happen that must not. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  @TempDir Path directory;

  private final MemorySegment errno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
  private final Results results = new Results();
  private final Arena arena = Arena.ofAuto();

  private static final class OpenRequest extends Request {
    private final long userData;

    OpenRequest(long userData, MemorySegment path, Gate gate) {
      this.userData = userData;
      prepare(IORING_OP_OPENAT, AT_FDCWD, path.address(), 0, 0, O_CLOEXEC, gate);
      sqeFlags = IOSQE_ASYNC;
    }

    @Override
    protected long userData() {
      return userData;
    }

    @Override
    protected boolean isPending() {
      return true;
    }

    @Override
    protected void submitting() {}
  }

  private static final class Results implements Completions {
    final Map<Long, Integer> all = new ConcurrentHashMap<>();
    volatile KernelRing ring;
    volatile Gate gate;

    @Override
    public void completed(long userData, int res, MemorySegment errno) throws IOException {
      all.put(userData, res);
      ring.leaveGates(gate, errno);
    }

    @Override
    public boolean isIdle() {
      return ring.room().inside() == 0;
    }

    @Override
    public boolean isAwaited() {
      return !isIdle();
    }

    @Override
    public void failed(Throwable cause) {}
  }

  private KernelRing open(int workers, int sqPollIdleMillis) {
    try {
      KernelRing ring =
          KernelRing.open(
              LinuxKernel.INSTANCE,
              RingSettings.builder(16, 64)
                  .workers(workers)
                  .sqPollIdleMillis(sqPollIdleMillis)
                  .build(),
              results);
      results.ring = ring;
      results.gate = Gate.ofLasting(OPENS, ring.room());
      return ring;
    } catch (UnavailableException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void noMoreWorkersRunThanAreAllowed(int sqPollIdleMillis) throws Exception {
    Set<String> others = workers();
    KernelRing ring = open(WORKERS, sqPollIdleMillis);
    List<Path> fifos = Fifos.make(directory, OPENS);
    submit(ring, fifos);
    Waiting.until("as many workers as are allowed", () -> surplus(others) >= WORKERS);
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < LOOK_NANOS) {
      assertThat(surplus(others)).isEqualTo(WORKERS);
      Thread.sleep(1);
    }
    List<RandomAccessFile> sides = new ArrayList<>();
    for (Path fifo : fifos) {
      sides.add(new RandomAccessFile(fifo.toFile(), "rw")); // does not wait for a reader
    }
    Waiting.until("all opens", () -> results.all.size() == OPENS);
    assertThat(results.all.values()).allMatch(fd -> fd >= 0);
    for (int fd : results.all.values()) {
      LinuxKernel.INSTANCE.close(errno, fd);
    }
    for (RandomAccessFile side : sides) {
      side.close();
    }
    assertThat(ring.close(CLOSE_NANOS)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void cancelsEndWhatHasWorkersAndWhatWaitsForThem(int sqPollIdleMillis) throws Exception {
    Set<String> others = workers();
    KernelRing ring = open(WORKERS, sqPollIdleMillis);
    submit(ring, Fifos.make(directory, OPENS));
    Waiting.until("as many workers as are allowed", () -> surplus(others) >= WORKERS);
    for (long i = OPENS - 1; i >= 0; i--) {
      long userData = i;
      Waiting.until(
          "open " + i + " to be cancelled",
          () -> results.all.containsKey(userData) || (ring.cancel(null, userData, errno) && false));
    }
    assertThat(results.all.values()).allMatch(Errno::isCancelled);
    assertThat(ring.close(CLOSE_NANOS)).isTrue();
  }

  private void submit(KernelRing ring, List<Path> fifos) throws IOException {
    for (int i = 0; i < fifos.size(); i++) {
      MemorySegment path = arena.allocateFrom(fifos.get(i).toString());
      ring.submit(new OpenRequest(i, path, results.gate), errno);
    }
  }

  private static int surplus(Set<String> others) throws IOException {
    Set<String> surplus = workers();
    surplus.removeAll(others);
    return surplus.size();
  }

  /** The kernel's workers of this process. */
  private static Set<String> workers() throws IOException {
    Set<String> tids = new HashSet<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        try {
          if (Files.readString(task.resolve("comm")).startsWith("iou-wrk-")) {
            tids.add(task.getFileName().toString());
          }
        } catch (IOException e) {
          // It has exited since it was listed.
        }
      }
    }
    return tids;
  }
}
