package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_ENTER_GETEVENTS;
import static io.github.loomuring.internal.linux.IoUring.IORING_ENTER_SQ_WAKEUP;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.WatchedKernel;
import io.github.loomuring.internal.ring.RingSettings;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A thread of the kernel takes what is submitted: who enters the kernel then, and what for. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SqPollTest {
  /** Longer than any test. */
  private static final int AWAKE_MILLIS = 60_000;

  @TempDir Path directory;

  private final Set<String> othersThreads = sqThreads();
  private final AtomicInteger wakeUps = new AtomicInteger();
  private final AtomicInteger submissions = new AtomicInteger();
  private final AtomicInteger calls = new AtomicInteger();
  private final List<Thread> callers = Collections.synchronizedList(new ArrayList<>());
  private RingEngine engine;

  /** So many of the next entries that wake the kernel's thread fail, in vain. */
  private final AtomicInteger failures = new AtomicInteger();

  /** The kernel's thread, which the reaper has to find asleep whenever it comes back; or null. */
  private volatile String asleep;

  private volatile Errno failure = Errno.EAGAIN;

  /** The reaper's entries wait for completions; every other one is a caller's. */
  private final Kernel kernel =
      WatchedKernel.of(
          (name, arguments, call) -> {
            if (name.equals("ioUringEnter")) {
              int flags = (int) arguments[4];
              submissions.addAndGet((int) arguments[2]);
              wakeUps.addAndGet((flags & IORING_ENTER_SQ_WAKEUP) != 0 ? 1 : 0);
              if ((flags & IORING_ENTER_GETEVENTS) == 0) {
                calls.incrementAndGet();
                callers.add(Thread.currentThread());
              }
            }
            if (name.equals("ioUringEnter")
                && ((int) arguments[4] & IORING_ENTER_SQ_WAKEUP) != 0
                && failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
              return failure.negated();
            }
            Object result = call.run();
            if (asleep != null && name.equals("ioUringEnter")) {
              awaitSleep(asleep);
            }
            return result;
          });

  private void openEngine(int entries, int sqPollIdleMillis) {
    try {
      engine =
          RingEngine.open(
              kernel,
              RingSettings.builder(entries, 4 * entries)
                  .gate(64)
                  .sqPollIdleMillis(sqPollIdleMillis)
                  .build());
    } catch (UnavailableException e) {
      Assumptions.abort(e.getMessage());
    }
    Assumptions.assumeTrue(engine.toString().contains("SQPOLL"), "SQPOLL is refused");
  }

  @AfterEach
  void closeEndsTheKernelsThread() throws Exception {
    if (engine != null) {
      engine.close();
      Waiting.untilEmpty("the end of the kernel's thread", this::ownSqThreads);
    }
  }

  private RingFile open(Path path, OpenOption... options) throws Exception {
    return (RingFile) engine.open(path, OpenSpec.of(options));
  }

  @Test
  void nobodyEntersTheKernelToSubmitWhileItsThreadIsAwake() throws Exception {
    openEngine(8, AWAKE_MILLIS);
    assertThat(ownSqThreads()).hasSize(1);
    RingFile file = open(directory.resolve("file"), READ, WRITE, CREATE);
    calls.set(0); // the thread begins asleep
    wakeUps.set(0);
    for (int i = 0; i < 100; i++) {
      file.write(ByteBuffer.wrap(new byte[] {(byte) i}), i);
      ByteBuffer dst = ByteBuffer.allocate(1);
      assertThat(file.read(dst, i)).isEqualTo(1);
      assertThat(dst.get(0)).isEqualTo((byte) i);
    }
    file.close();
    assertThat(calls).hasValue(0);
    assertThat(wakeUps).hasValue(0);
    assertThat(submissions).as("SQEs that entries were to take").hasValue(0);
  }

  @Test
  void callerWakesTheKernelsThread() throws Exception {
    openEngine(8, 1);
    RingFile file = open(directory.resolve("file"), READ, WRITE, CREATE);
    String thread = ownSqThreads().iterator().next();
    wakeUps.set(0);
    for (int i = 0; i < 20; i++) {
      awaitSleep(thread);
      file.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
    }
    file.close();
    // It looks once more when it seems to sleep already, and may then not have to be woken.
    assertThat(wakeUps).hasValueGreaterThan(10);
    assertThat(callers).contains(Thread.currentThread());
    assertThat(submissions).hasValue(0);
  }

  /** The wake-up is lost with such an entry: nobody else would make another one. */
  @ParameterizedTest
  @EnumSource(names = {"EAGAIN", "EBUSY", "EINTR", "ENOMEM"})
  void wakeUpThatFailsForAWhileIsRepeated(Errno errno) throws Exception {
    failure = errno;
    openEngine(8, 1);
    RingFile file = open(directory.resolve("file"), READ, WRITE, CREATE);
    String thread = ownSqThreads().iterator().next();
    for (int i = 1; i <= 15; i++) {
      awaitSleep(thread);
      failures.set(i);
      assertThat(file.write(ByteBuffer.wrap(new byte[] {1, 2}), 0)).isEqualTo(2);
      failures.set(0);
    }
    file.close();
  }

  /** What waits at a gate is submitted by the reaper, and nobody else submits anything. */
  @Test
  void reaperWakesTheKernelsThread() throws Exception {
    openEngine(8, 1);
    int limit = engine.context().gates.blockingOpens.limit();
    List<Path> fifos = Fifos.make(directory, limit + 2);
    String thread = ownSqThreads().iterator().next();
    List<Simulation.Caller<RingFile>> opens = new ArrayList<>();
    for (Path fifo : fifos) { // two wait for the others
      opens.add(Simulation.call(() -> open(fifo, WRITE)));
      Waiting.untilParked(opens.getLast().thread);
    }
    Waiting.until("two to wait", () -> engine.context().gates.blockingOpens.waiting() == 2);
    asleep = thread;
    List<RandomAccessFile> sides = new ArrayList<>();
    for (Path fifo : fifos) {
      sides.add(new RandomAccessFile(fifo.toFile(), "rw")); // does not wait for the other side
    }
    for (Simulation.Caller<RingFile> open : opens) {
      open.get().close();
    }
    asleep = null;
    for (RandomAccessFile side : sides) {
      side.close();
    }
  }

  /** The queue has two entries, and the thread takes them when it likes. */
  @Test
  void fullQueueIsWaitedFor() throws Exception {
    openEngine(2, 1);
    RingFile file = open(directory.resolve("file"), READ, WRITE, CREATE);
    List<Simulation.Caller<Integer>> writes = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      int number = i;
      writes.add(
          Simulation.call(
              () -> file.write(ByteBuffer.allocate(4).putInt(number).flip(), 4L * number)));
    }
    for (Simulation.Caller<Integer> write : writes) {
      assertThat(write.get()).isEqualTo(4);
    }
    file.close();
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("file")));
    for (int i = 0; i < 5_000; i++) {
      assertThat(all.getInt()).isEqualTo(i);
    }
    assertThat(engine.overflows()).isZero();
  }

  private static void awaitSleep(String thread) throws Exception {
    Waiting.until("the kernel's thread to sleep", () -> isAsleep(thread));
  }

  /** It looks until the time is up, in state R; there is no other place where it sleeps. */
  private static boolean isAsleep(String thread) throws IOException {
    String stat = Files.readString(Path.of("/proc/self/task", thread, "stat"));
    return stat.charAt(stat.lastIndexOf(')') + 2) == 'S';
  }

  private Set<String> ownSqThreads() {
    Set<String> own = sqThreads();
    own.removeAll(othersThreads);
    return own;
  }

  /** The threads of this process that the kernel has made to take what is submitted. */
  private static Set<String> sqThreads() {
    Set<String> tids = new HashSet<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        try {
          if (Files.readString(task.resolve("comm")).startsWith("iou-sqp-")) {
            tids.add(task.getFileName().toString());
          }
        } catch (IOException e) {
          // It has exited since it was listed.
        }
      }
    } catch (IOException e) {
      return tids; // not Linux
    }
    return tids;
  }
}
