package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static io.github.loomuring.internal.linux.IoUring.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads that carry out requests in place of the kernel's io_uring. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadRingTest {
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** A request of the tests: nothing but its fields, and whether it has begun. */
  private static final class Plain extends Request {
    private static final AtomicLong NUMBERS = new AtomicLong();
    final long number = NUMBERS.incrementAndGet();
    volatile boolean begun;

    Plain(byte opcode, int fd, long addr, int len, long off, int opFlags, Gate gate) {
      prepare(opcode, fd, addr, len, off, opFlags, gate);
    }

    @Override
    protected long userData() {
      return number;
    }

    @Override
    protected boolean isPending() {
      return true;
    }

    @Override
    protected void submitting() {
      begun = true;
    }
  }

  /** Notes the results, each once. */
  private final class Results implements Completions {
    final Map<Long, Integer> all = new ConcurrentHashMap<>();
    final AtomicInteger twice = new AtomicInteger();
    volatile boolean failing;

    @Override
    public void completed(long userData, int res, MemorySegment errno) throws IOException {
      Plain request = requests.get(userData);
      ring.leaveGates(request.gate, errno);
      if (all.put(userData, res) != null) {
        twice.incrementAndGet();
      }
      if (failing) {
        throw new OutOfMemoryError("of the test");
      }
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
    public void failed(Throwable cause) {
      throw new AssertionError(cause);
    }
  }

  @TempDir Path directory;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment errno = arena.allocate(Kernel.ERRNO_BYTES, 8);
  private final Map<Long, Plain> requests = new ConcurrentHashMap<>();
  private final Results results = new Results();
  private ThreadRing ring;

  @AfterEach
  void close() {
    if (ring != null) {
      assertThat(ring.close(CLOSE_NANOS)).isTrue();
      assertThat(results.twice.get()).isZero();
    }
  }

  private void open() throws Exception {
    open(LinuxKernel.INSTANCE);
  }

  private void open(Kernel kernel) throws Exception {
    ring = ThreadRing.open(kernel, RingSettings.builder(256, 8192).build(), results);
  }

  private Plain submit(byte opcode, int fd, long addr, int len, long off, int flags, Gate gate)
      throws IOException {
    Plain request = new Plain(opcode, fd, addr, len, off, flags, gate);
    requests.put(request.number, request);
    ring.submit(request, errno);
    return request;
  }

  private int result(Plain request) throws Exception {
    Waiting.until("a result", () -> results.all.containsKey(request.number));
    return results.all.get(request.number);
  }

  private int run(byte opcode, int fd, long addr, int len, long off, int flags) throws Exception {
    return result(submit(opcode, fd, addr, len, off, flags, ring.room()));
  }

  private long name(Path path) {
    return arena.allocateFrom(path.toString()).address();
  }

  private int openFile(Path path, int flags) throws Exception {
    return run(IORING_OP_OPENAT, AT_FDCWD, name(path), 0600, 0, flags | O_CLOEXEC);
  }

  private void closeFile(int fd) {
    LinuxKernel.INSTANCE.close(errno, fd);
  }

  // ---- requests

  @Test
  void eachOpcodeDoesWhatTheKernelsDoes() throws Exception {
    open();
    Path file = directory.resolve("file");
    int fd = openFile(file, O_RDWR | O_CREAT);
    assertThat(fd).isNotNegative();
    MemorySegment text = arena.allocateFrom("hello", StandardCharsets.UTF_8);
    assertThat(run(IORING_OP_WRITE, fd, text.address(), 5, 3, 0)).isEqualTo(5);
    assertThat(run(IORING_OP_WRITE, fd, text.address(), 1, 0, RWF_APPEND)).isEqualTo(1);
    assertThat(Files.readString(file)).isEqualTo("\0\0\0helloh");
    MemorySegment iovec = arena.allocate(IOVEC_BYTES, 8);
    MemorySegment read = arena.allocate(16);
    iovec.set(java.lang.foreign.ValueLayout.JAVA_LONG, IOVEC_BASE, read.address());
    iovec.set(java.lang.foreign.ValueLayout.JAVA_LONG, IOVEC_LEN, 16);
    assertThat(run(IORING_OP_READV, fd, iovec.address(), 1, 3, 0)).isEqualTo(6);
    assertThat(read.getString(0)).isEqualTo("helloh");
    assertThat(run(IORING_OP_WRITEV, fd, iovec.address(), 1, 9, 0)).isEqualTo(16);
    assertThat(run(IORING_OP_READ, fd, read.address(), 16, 7, 0)).isEqualTo(16);
    assertThat(read.getString(0)).isEqualTo("ohhelloh");
    assertThat(run(IORING_OP_FTRUNCATE, fd, 0, 0, 2, 0)).isZero();
    assertThat(Files.size(file)).isEqualTo(2);
    assertThat(run(IORING_OP_FALLOCATE, fd, 4096, 0, 0, 0)).isZero();
    assertThat(Files.size(file)).isEqualTo(4096);
    assertThat(run(IORING_OP_FSYNC, fd, 0, 0, 0, 0)).isZero();
    assertThat(run(IORING_OP_FSYNC, fd, 0, 0, 0, IORING_FSYNC_DATASYNC)).isZero();
    assertThat(run(IORING_OP_SYNC_FILE_RANGE, fd, 0, 10, 0, SYNC_FILE_RANGE_WRITE)).isZero();
    assertThat(run(IORING_OP_FADVISE, fd, 0, 0, 0, POSIX_FADV_RANDOM)).isZero();
    assertThat(run(IORING_OP_READ, -1, read.address(), 1, 0, 0)).isEqualTo(-9);
    assertThat(run(IORING_OP_NOP, -1, 0, 0, 0, 0)).isZero();
    closeFile(fd);
  }

  @Test
  void eachOpcodeOnNamesDoesWhatTheKernelsDoes() throws Exception {
    open();
    Path a = Files.writeString(directory.resolve("a"), "a");
    Path b = directory.resolve("b");
    int at = AT_FDCWD;
    assertThat(run(IORING_OP_RENAMEAT, at, name(a), at, name(b), 0)).isZero();
    assertThat(a).doesNotExist();
    assertThat(run(IORING_OP_LINKAT, at, name(b), at, name(a), 0)).isZero();
    assertThat(run(IORING_OP_RENAMEAT, at, name(a), at, name(b), RENAME_NOREPLACE))
        .isEqualTo(Errno.EEXIST.negated());
    assertThat(run(IORING_OP_SYMLINKAT, at, name(b), 0, name(directory.resolve("l")), 0)).isZero();
    assertThat(Files.readSymbolicLink(directory.resolve("l"))).isEqualTo(b);
    assertThat(run(IORING_OP_MKDIRAT, at, name(directory.resolve("d")), 0700, 0, 0)).isZero();
    assertThat(directory.resolve("d")).isDirectory();
    assertThat(run(IORING_OP_UNLINKAT, at, name(directory.resolve("d")), 0, 0, AT_REMOVEDIR))
        .isZero();
    assertThat(run(IORING_OP_UNLINKAT, at, name(a), 0, 0, 0)).isZero();
    MemorySegment statx = arena.allocate(STATX_BYTES, 8);
    assertThat(run(IORING_OP_STATX, at, name(b), STATX_SIZE, statx.address(), 0)).isZero();
    assertThat(statx.get(java.lang.foreign.ValueLayout.JAVA_LONG, STATX_SIZE_BYTES)).isOne();
    assertThat(run(IORING_OP_STATX, at, name(a), STATX_SIZE, statx.address(), 0))
        .isEqualTo(Errno.ENOENT.negated());
  }

  @Test
  void whatThereIsNoCallForIsNotSupported() throws Exception {
    open();
    assertThat(ring.supports(IORING_OP_READ_FIXED)).isFalse();
    assertThat(ring.supports((byte) 63)).isFalse();
    assertThat(ring.supports(IORING_OP_POLL_ADD)).isTrue();
    assertThat(run((byte) 63, -1, 0, 0, 0, 0)).isEqualTo(Errno.EINVAL.negated());
  }

  @ParameterizedTest
  @CsvSource({"preadv2, 38", "pwritev2, 1", "statx, 1", "poll, 38"})
  void kernelThatRefusesACallGivesNoRing(String call, int errnoOfCall) {
    SimulatedKernel kernel = new SimulatedKernel().answer(call, -errnoOfCall);
    assertThatThrownBy(() -> open(kernel))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining(call);
  }

  @Test
  void signalsAreNoResults() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel();
    open(kernel);
    int fd = openFile(directory.resolve("file"), O_RDWR | O_CREAT);
    kernel.answerOnce("fsync", Errno.EINTR.negated());
    assertThat(run(IORING_OP_FSYNC, fd, 0, 0, 0, 0)).isZero();
    assertThat(kernel.calls("fsync")).isEqualTo(2);
    closeFile(fd);
  }

  // ---- queues and gates

  @Test
  void requestsThatWaitForAThreadAreTakenBackOrCarriedOut() throws Exception {
    open();
    int opens = 300; // more than there are threads for them
    List<Path> fifos = Fifos.make(directory, opens);
    List<Plain> submitted = new ArrayList<>();
    for (Path fifo : fifos) {
      submitted.add(
          submit(IORING_OP_OPENAT, AT_FDCWD, name(fifo), 0, 0, O_WRONLY | O_CLOEXEC, ring.room()));
    }
    Waiting.until("all threads", () -> submitted.stream().filter(r -> r.begun).count() == 128);
    assertThat(run(IORING_OP_NOP, -1, 0, 0, 0, 0)).as("beside them").isZero();
    int withdrawn = 0;
    for (Plain request : submitted) {
      if (ring.withdraw(request, errno)) {
        assertThat(request.begun).isFalse();
        withdrawn++;
      }
    }
    assertThat(withdrawn).isEqualTo(opens - 128);
    assertThat(ring.room().inside()).isEqualTo(128);
    assertThat(ring.close(TimeUnit.MILLISECONDS.toNanos(10))).isFalse();
    List<RandomAccessFile> readers = new ArrayList<>();
    for (Path fifo : fifos) {
      readers.add(new RandomAccessFile(fifo.toFile(), "rw")); // does not wait
    }
    Waiting.until("the opens that had begun", () -> ended(submitted) == 128);
    for (Plain open : submitted) {
      if (results.all.containsKey(open.number)) {
        closeFile(results.all.get(open.number));
      }
    }
    for (RandomAccessFile reader : readers) {
      reader.close();
    }
  }

  @Test
  void eachRequestIsEitherTakenBackOrCompleted() throws Exception {
    open();
    Gate gate = new Gate(4, ring.room());
    AtomicInteger withdrawn = new AtomicInteger();
    int rounds = 20_000;
    for (int i = 0; i < rounds; i++) {
      Plain request = submit(IORING_OP_NOP, -1, 0, 0, 0, 0, gate);
      if (ring.withdraw(request, errno)) {
        withdrawn.incrementAndGet();
      }
    }
    Waiting.until("the rest", () -> results.all.size() + withdrawn.get() == rounds);
    Waiting.until("places", () -> gate.inside() == 0 && ring.room().inside() == 0);
  }

  @Test
  void completionsOfManyCallersAreDelivered() throws Exception {
    open();
    Gate gate = new Gate(8, ring.room());
    int callers = 16;
    int each = 5_000;
    CountDownLatch end = new CountDownLatch(callers);
    for (int i = 0; i < callers; i++) {
      Thread.ofVirtual()
          .start(
              () -> {
                MemorySegment own = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
                for (int j = 0; j < each; j++) {
                  Plain request = new Plain(IORING_OP_NOP, -1, 0, 0, 0, 0, gate);
                  requests.put(request.number, request);
                  try {
                    ring.submit(request, own);
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                }
                end.countDown();
              });
    }
    end.await();
    Waiting.until("all", () -> results.all.size() == callers * each);
    assertThat(ring.threads()).isLessThanOrEqualTo(ThreadRing.FILE_THREADS_MAX);
  }

  @Test
  void anErrorInACompletionEndsNoThread() throws Exception {
    open();
    results.failing = true;
    for (int i = 0; i < 20; i++) {
      assertThat(run(IORING_OP_NOP, -1, 0, 0, 0, 0)).isZero();
    }
    results.failing = false;
    assertThat(run(IORING_OP_NOP, -1, 0, 0, 0, 0)).isZero();
    assertThat(ring.threads()).isPositive();
  }

  // ---- streams

  private Gate streams() {
    return Gate.ofStreams(10_000, ring.room());
  }

  @Test
  void streamsWaitWithoutAThreadEachAndCanBeCancelled() throws Exception {
    open();
    Gate gate = streams();
    int count = 500;
    List<Path> fifos = Fifos.make(directory, count);
    List<Integer> fds = new ArrayList<>();
    List<Plain> reads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int fd = openFile(fifos.get(i), O_RDWR | O_NONBLOCK);
      fds.add(fd);
      MemorySegment dst = arena.allocate(8);
      reads.add(
          i % 2 == 0
              ? submit(IORING_OP_READ, fd, dst.address(), 8, 0, 0, gate)
              : submit(IORING_OP_POLL_ADD, fd, 0, 0, 0, POLLIN, gate));
    }
    assertThat(ring.threads()).isLessThan(20);
    for (int i = 0; i < count / 2; i++) {
      Plain request = reads.get(i);
      assertThat(ring.withdraw(request, errno)).isFalse();
      assertThat(ring.cancel(request, request.number, errno)).isTrue();
    }
    for (int i = 0; i < count / 2; i++) {
      assertThat(result(reads.get(i))).isEqualTo(Errno.ECANCELED.negated());
    }
    assertThat(results.all).hasSize(count + count / 2);
    for (int i = count / 2; i < count; i++) {
      Files.writeString(fifos.get(i), "hi", java.nio.file.StandardOpenOption.WRITE);
      assertThat(result(reads.get(i))).isEqualTo(i % 2 == 0 ? 2 : POLLIN);
    }
    fds.forEach(this::closeFile);
  }

  @Test
  void aCancelOfAnEarlierUseEndsNothing() throws Exception {
    open();
    Path fifo = Fifos.make(directory.resolve("fifo"));
    int fd = openFile(fifo, O_RDWR | O_NONBLOCK);
    Plain poll = submit(IORING_OP_POLL_ADD, fd, 0, 0, 0, POLLIN, streams());
    ring.cancel(poll, poll.number + 1_000_000, errno);
    Files.writeString(fifo, "hi", java.nio.file.StandardOpenOption.WRITE);
    assertThat(result(poll)).isEqualTo(POLLIN);
    closeFile(fd);
  }

  @Test
  void bytesThatAnotherTakesAreWaitedForAgain() throws Exception {
    open();
    Gate gate = streams();
    Path fifo = Fifos.make(directory.resolve("fifo"));
    int fd = openFile(fifo, O_RDWR | O_NONBLOCK);
    List<Plain> reads = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      MemorySegment dst = arena.allocate(1);
      reads.add(submit(IORING_OP_READ, fd, dst.address(), 1, 0, 0, gate));
    }
    for (int i = 1; i <= reads.size(); i++) {
      Files.writeString(fifo, "x", java.nio.file.StandardOpenOption.WRITE);
      int expected = i;
      Waiting.until("one more read", () -> ended(reads) == expected);
    }
    closeFile(fd);
  }

  private long ended(List<Plain> some) {
    return some.stream().filter(request -> results.all.containsKey(request.number)).count();
  }

  @Test
  void streamsArePolledWithoutADescriptorForTheWakeUp() throws Exception {
    SimulatedKernel kernel = new SimulatedKernel().answer("eventfd", Errno.EMFILE.negated());
    open(kernel);
    Path fifo = Fifos.make(directory.resolve("fifo"));
    int fd = openFile(fifo, O_RDWR | O_NONBLOCK);
    for (int i = 0; i < 3; i++) {
      Plain cancelled = submit(IORING_OP_POLL_ADD, fd, 0, 0, 0, POLLIN, streams());
      Plain ready = submit(IORING_OP_POLL_ADD, fd, 0, 0, 0, POLLOUT, streams());
      assertThat(result(ready)).isEqualTo(POLLOUT);
      ring.cancel(cancelled, cancelled.number, errno);
      assertThat(result(cancelled)).isEqualTo(Errno.ECANCELED.negated());
    }
    closeFile(fd);
  }

  // ---- the end

  @Test
  void requestsInFlightEndBeforeTheClose() throws Exception {
    open();
    Path fifo = Fifos.make(directory.resolve("fifo"));
    int fd = openFile(fifo, O_RDWR | O_NONBLOCK);
    Plain poll = submit(IORING_OP_POLL_ADD, fd, 0, 0, 0, POLLIN, streams());
    ring.beginClose();
    assertThat(ring.close(TimeUnit.MILLISECONDS.toNanos(10))).isFalse();
    assertThat(run(IORING_OP_NOP, -1, 0, 0, 0, 0)).as("a request while it is closing").isZero();
    ring.cancel(poll, poll.number, errno);
    assertThat(result(poll)).isEqualTo(Errno.ECANCELED.negated());
    assertThat(ring.close(CLOSE_NANOS)).isTrue();
    Waiting.until("the threads to end", () -> ring.threads() == 0);
    closeFile(fd);
  }
}
