package io.github.loomuring.internal.linux;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * A kernel whose one ring lives in Java memory and does what a test says; plain file calls go to
 * the real one.
 *
 * <p>Set it up before a ring is made on it. Then a {@link Script} decides what becomes of each SQE,
 * a {@link EnterScript} what an entry answers, and any thread completes what is held. Without
 * scripts it behaves: SQEs are carried out, with the real calls, by the thread that enters.
 */
public final class SimulatedKernel extends SimulatedFileCalls {
  /** The ring's descriptor; not one that the real kernel would give out. */
  public static final int RING_FD = 1_000_000_007;

  private static final int FEATURES =
      IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE;
  private static final long DEADLINE_NANOS = 20_000_000_000L;
  private static final int LAST_OPCODE = 64;

  /** What becomes of an SQE. */
  public sealed interface Reply {
    /** Carry it out now. */
    Reply EXECUTE = new Execute();

    /** Keep it until the test completes it. */
    Reply HOLD = new Hold();

    /** Complete it now, with this result. */
    static Reply complete(int res) {
      return new Complete(res);
    }
  }

  private record Execute() implements Reply {}

  private record Hold() implements Reply {}

  private record Complete(int res) implements Reply {}

  /** Decides what becomes of an SQE. Called with the kernel's monitor held. */
  public interface Script {
    Reply on(Sqe sqe);
  }

  /** Decides how many SQEs an entry takes, or with which negated errno it ends at once. */
  public interface EnterScript {
    int on(int toSubmit, boolean getEvents);
  }

  private final List<Sqe> taken = new ArrayList<>();
  private final List<Sqe> held = new ArrayList<>();
  private final List<Integer> setupFlags = new ArrayList<>();
  private final List<Integer> sqThreadIdles = new ArrayList<>();
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();
  private final Map<String, Integer> onceAnswers = new ConcurrentHashMap<>();
  private final Map<Integer, AtomicInteger> opened = new ConcurrentHashMap<>();
  private final Map<Integer, AtomicInteger> closed = new ConcurrentHashMap<>();
  private final List<MemorySegment> unmapped = new ArrayList<>();
  private final BitSet missingOpcodes = new BitSet();
  private final SimulatedBuffers buffers = new SimulatedBuffers();
  private SimulatedRing ring;
  private int features = FEATURES;
  private int unknownFlags;
  private int refusedFlags;
  private Errno refusal;
  private int entriesMax = Integer.MAX_VALUE;
  private int sqPosition;
  private int cqPosition;
  private boolean busyWhileOverflown;
  private boolean shortAdvice;
  private int failure;
  private volatile Script script = _ -> Reply.EXECUTE;
  private volatile EnterScript enterScript = (_, _) -> Integer.MAX_VALUE;

  // ---- what a test sets up

  public SimulatedKernel features(int features) {
    this.features = features;
    return this;
  }

  /** Set-up flags that are answered with EINVAL. */
  public SimulatedKernel unknownFlags(int flags) {
    this.unknownFlags = flags;
    return this;
  }

  /** Set-up flags that are known and answered with {@code errno}. */
  public SimulatedKernel refuse(int flags, Errno errno) {
    this.refusedFlags = flags;
    this.refusal = errno;
    return this;
  }

  /** A ring of more entries is answered with ENOMEM. */
  public SimulatedKernel entriesMax(int entries) {
    this.entriesMax = entries;
    return this;
  }

  public SimulatedKernel without(byte... opcodes) {
    for (byte opcode : opcodes) {
      missingOpcodes.set(opcode);
    }
    return this;
  }

  /** Where the counters of the queues begin. */
  public SimulatedKernel positions(int sq, int cq) {
    sqPosition = sq;
    cqPosition = cq;
    return this;
  }

  /** As kernels before 5.19: nothing is taken as long as completions wait outside the queue. */
  public SimulatedKernel busyWhileOverflown() {
    busyWhileOverflown = true;
    return this;
  }

  /** As kernels before 6.11: the length of an advice has 32 bits. */
  public SimulatedKernel shortAdvice() {
    shortAdvice = true;
    return this;
  }

  /** One copy_file_range copies no more. */
  public SimulatedKernel copiesAtMost(long bytes) {
    copyBytesMax = bytes;
    return this;
  }

  /**
   * The call named {@code call} (as the method is; for ioUringRegister its opcode may follow)
   * answers this, instead of being carried out.
   */
  public SimulatedKernel answer(String call, int result) {
    answers.put(call, result);
    return this;
  }

  /** As {@link #answer}, for the next such call only. */
  public SimulatedKernel answerOnce(String call, int result) {
    onceAnswers.put(call, result);
    return this;
  }

  /** So many registered buffers, at the most, have RLIMIT_MEMLOCK allow them. */
  public SimulatedKernel lockableBuffers(int count) {
    buffers.lockable(count);
    return this;
  }

  public SimulatedKernel script(Script script) {
    this.script = script;
    return this;
  }

  /** Holds SQEs of these opcodes. */
  public SimulatedKernel hold(byte... opcodes) {
    BitSet set = new BitSet();
    for (byte opcode : opcodes) {
      set.set(opcode);
    }
    return script(sqe -> set.get(sqe.opcode()) ? Reply.HOLD : Reply.EXECUTE);
  }

  public SimulatedKernel enterScript(EnterScript script) {
    this.enterScript = script;
    return this;
  }

  // ---- what a test does

  /** Posts a CQE, whatever it belongs to. */
  public synchronized void post(long userData, int res) {
    ring.post(userData, res);
    notifyAll();
  }

  /** Completes a held SQE. */
  public synchronized void complete(Sqe sqe, int res) {
    if (!held.remove(sqe)) {
      throw new IllegalStateException(sqe + " is not held");
    }
    post(sqe.userData(), res);
  }

  /** Carries a held SQE out and completes it; the result. */
  public synchronized int execute(Sqe sqe) {
    int res = carryOut(sqe);
    complete(sqe, res);
    return res;
  }

  /** The next {@code count} completions overflow. */
  public synchronized void overflowNext(int count) {
    ring.overflowNext(count);
  }

  /** Every entry, also one that waits, ends with this negated errno from now on. */
  public synchronized void failEnters(int negatedErrno) {
    failure = negatedErrno;
    notifyAll();
  }

  /** Waits for {@code count} held SQEs of {@code opcode}; these, in their order. */
  public synchronized List<Sqe> awaitHeld(byte opcode, int count) throws InterruptedException {
    return await(held, "held", opcode, count);
  }

  /** Waits until {@code count} SQEs of {@code opcode} have been taken since the ring was made. */
  public synchronized List<Sqe> awaitTaken(byte opcode, int count) throws InterruptedException {
    return await(taken, "taken", opcode, count);
  }

  private List<Sqe> await(List<Sqe> from, String what, byte opcode, int count)
      throws InterruptedException {
    long begun = System.nanoTime();
    for (; ; ) {
      List<Sqe> found = from.stream().filter(sqe -> sqe.opcode() == opcode).toList();
      if (found.size() >= count) {
        return found;
      }
      if (System.nanoTime() - begun > DEADLINE_NANOS) {
        throw new AssertionError(
            "waited in vain for " + count + " SQEs of opcode " + opcode + " " + what + ": " + from);
      }
      wait(100);
    }
  }

  // ---- what a test looks at

  public synchronized List<Sqe> taken(byte opcode) {
    return taken.stream().filter(sqe -> sqe.opcode() == opcode).toList();
  }

  public synchronized List<Sqe> held() {
    return List.copyOf(held);
  }

  /** The flags of every io_uring_setup, in their order. */
  public List<Integer> setupFlags() {
    return setupFlags;
  }

  /** Registered buffers there are. */
  public int registeredBuffers() {
    return buffers.registered();
  }

  /** The sq_thread_idle of every io_uring_setup, in their order. */
  public List<Integer> sqThreadIdles() {
    return sqThreadIdles;
  }

  /** How often a call has been made. */
  public int calls(String call) {
    return count(calls, call);
  }

  /**
   * How often {@code fd} was closed more than opened; 0 if it is neither leaked nor closed twice.
   */
  public int surplusCloses(int fd) {
    return count(closed, fd) - count(opened, fd);
  }

  /** Descriptors opened and not closed, or closed too often. */
  public List<Integer> unbalanced() {
    return opened.keySet().stream().filter(fd -> surplusCloses(fd) != 0).toList();
  }

  /** Memory that was written to after it had been unmapped. */
  public synchronized boolean isWrittenAfterUnmap() {
    return unmapped.stream().anyMatch(SimulatedRing::isWritten);
  }

  private static <K> int count(Map<K, AtomicInteger> counts, K key) {
    AtomicInteger count = counts.get(key);
    return count == null ? 0 : count.get();
  }

  private static <K> void increment(Map<K, AtomicInteger> counts, K key) {
    counts.computeIfAbsent(key, _ -> new AtomicInteger()).incrementAndGet();
  }

  // ---- the ring's calls

  @Override
  public synchronized int ioUringSetup(MemorySegment errno, int entries, long params) {
    MemorySegment p = Memory.at(params, PARAMS_BYTES);
    int flags = p.get(JAVA_INT, PARAMS_FLAGS);
    setupFlags.add(flags);
    sqThreadIdles.add(p.get(JAVA_INT, PARAMS_SQ_THREAD_IDLE));
    Integer answer = counted("ioUringSetup");
    if (answer != null) {
      return answer;
    }
    if ((flags & unknownFlags) != 0) {
      return Errno.EINVAL.negated();
    }
    if ((flags & refusedFlags) != 0) {
      return refusal.negated();
    }
    if (entries > entriesMax) {
      return Errno.ENOMEM.negated();
    }
    boolean sized = (flags & IORING_SETUP_CQSIZE) != 0;
    int cqEntries = sized ? p.get(JAVA_INT, PARAMS_CQ_ENTRIES) : 2 * entries;
    ring = new SimulatedRing(flags, entries, cqEntries, sqPosition, cqPosition);
    ring.describe(p, features);
    increment(opened, RING_FD);
    return RING_FD;
  }

  @Override
  public int ioUringEnter(MemorySegment errno, int fd, int toSubmit, int minComplete, int flags) {
    Integer answer = counted("ioUringEnter");
    if (answer != null) {
      return answer;
    }
    boolean getEvents = (flags & IORING_ENTER_GETEVENTS) != 0;
    int limit = enterScript.on(toSubmit, getEvents);
    synchronized (this) {
      if (failure != 0 || limit < 0) {
        return failure != 0 ? failure : limit;
      }
      if (toSubmit > 0 && busyWhileOverflown) {
        ring.flushOverflow();
        if (ring.isOverflown()) {
          return Errno.EBUSY.negated();
        }
      }
      int submitted = submit(Math.min(toSubmit, limit));
      if (!getEvents || submitted < toSubmit) {
        return submitted; // as Linux: an entry that did not take all does not wait
      }
      int result = awaitCompletions(minComplete);
      return submitted > 0 ? submitted : result;
    }
  }

  private int submit(int limit) {
    int submitted = 0;
    while (submitted < limit && ring.submitted() > 0) {
      Sqe sqe = ring.take();
      submitted++;
      taken.add(sqe);
      switch (script.on(sqe)) {
        case Hold() -> held.add(sqe);
        case Complete(int res) -> ring.post(sqe.userData(), res);
        case Execute() -> {
          if (sqe.opcode() == IORING_OP_POLL_ADD) {
            held.add(sqe);
          } else {
            ring.post(sqe.userData(), carryOut(sqe));
          }
        }
      }
    }
    if (submitted > 0) {
      notifyAll();
    }
    return submitted;
  }

  private int awaitCompletions(int minComplete) {
    try {
      ring.flushOverflow();
      int head = ring.head(); // as Linux: what another thread takes meanwhile counts too
      while (ring.postedSince(head) < minComplete) {
        if (failure != 0) {
          return failure;
        }
        wait();
        ring.flushOverflow();
      }
      return 0;
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a reaper", e);
    }
  }

  private int carryOut(Sqe sqe) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO_BYTES, 8);
      MemorySegment iovec = arena.allocate(Fcntl.IOVEC_BYTES, 8);
      iovec.set(java.lang.foreign.ValueLayout.JAVA_LONG, Fcntl.IOVEC_BASE, sqe.addr());
      iovec.set(java.lang.foreign.ValueLayout.JAVA_LONG, Fcntl.IOVEC_LEN, sqe.len());
      long io = iovec.address();
      return switch (sqe.opcode()) {
        case IORING_OP_NOP -> 0;
        case IORING_OP_ASYNC_CANCEL -> cancel(sqe.addr());
        case IORING_OP_READ_FIXED, IORING_OP_WRITE_FIXED -> carryOutFixed(sqe, errno, io);
        case IORING_OP_READ -> (int) real.preadv2(errno, sqe.fd(), io, 1, sqe.off(), sqe.opFlags());
        case IORING_OP_WRITE ->
            (int) real.pwritev2(errno, sqe.fd(), io, 1, sqe.off(), sqe.opFlags());
        case IORING_OP_READV ->
            (int) real.preadv2(errno, sqe.fd(), sqe.addr(), sqe.len(), sqe.off(), sqe.opFlags());
        case IORING_OP_WRITEV ->
            (int) real.pwritev2(errno, sqe.fd(), sqe.addr(), sqe.len(), sqe.off(), sqe.opFlags());
        case IORING_OP_OPENAT ->
            noteOpened(real.openat(errno, sqe.fd(), sqe.addr(), sqe.opFlags(), sqe.len()));
        case IORING_OP_STATX ->
            real.statx(errno, sqe.fd(), sqe.addr(), sqe.opFlags(), sqe.len(), sqe.off());
        case IORING_OP_FSYNC ->
            (sqe.opFlags() & IORING_FSYNC_DATASYNC) != 0
                ? real.fdatasync(errno, sqe.fd())
                : real.fsync(errno, sqe.fd());
        case IORING_OP_FTRUNCATE -> real.ftruncate(errno, sqe.fd(), sqe.off());
        case IORING_OP_FALLOCATE ->
            real.fallocate(errno, sqe.fd(), sqe.len(), sqe.off(), sqe.addr());
        case IORING_OP_FADVISE -> fadvise(errno, sqe);
        case IORING_OP_SYNC_FILE_RANGE ->
            real.syncFileRange(
                errno, sqe.fd(), sqe.off(), Integer.toUnsignedLong(sqe.len()), sqe.opFlags());
        case IORING_OP_UNLINKAT -> real.unlinkat(errno, sqe.fd(), sqe.addr(), sqe.opFlags());
        default -> Errno.EINVAL.negated();
      };
    }
  }

  private int carryOutFixed(Sqe sqe, MemorySegment errno, long io) {
    if (!buffers.contains(sqe.bufIndex(), sqe.addr(), sqe.len())) {
      return Errno.EFAULT.negated();
    }
    return sqe.opcode() == IORING_OP_READ_FIXED
        ? (int) real.preadv2(errno, sqe.fd(), io, 1, sqe.off(), sqe.opFlags())
        : (int) real.pwritev2(errno, sqe.fd(), io, 1, sqe.off(), sqe.opFlags());
  }

  /** A length of 64 bits is in addr; kernels before 6.11 know none. */
  private int fadvise(MemorySegment errno, Sqe sqe) {
    if (sqe.addr() != 0 && shortAdvice) {
      return Errno.EINVAL.negated();
    }
    long length = sqe.addr() != 0 ? sqe.addr() : Integer.toUnsignedLong(sqe.len());
    return real.fadvise(errno, sqe.fd(), sqe.off(), length, sqe.opFlags());
  }

  /** As Linux cancels what waits for something: its CQE comes first, then the cancel's. */
  private int cancel(long userData) {
    for (Sqe sqe : held) {
      if (sqe.userData() == userData) {
        complete(sqe, Errno.ECANCELED.negated());
        return 0;
      }
    }
    return Errno.ENOENT.negated();
  }

  @Override
  public int ioUringRegister(MemorySegment errno, int fd, int opcode, long arg, int count) {
    Integer answer = counted("ioUringRegister");
    Integer answerToOpcode = counted("ioUringRegister" + opcode);
    if (answer != null || answerToOpcode != null) {
      return answer != null ? answer : answerToOpcode;
    }
    if (opcode == IORING_REGISTER_BUFFERS2) {
      return buffers.make(arg, count);
    }
    if (opcode == IORING_REGISTER_BUFFERS_UPDATE) {
      return buffers.update(arg, count);
    }
    if (opcode == IORING_REGISTER_PROBE) {
      MemorySegment probe = Memory.at(arg, PROBE_BYTES);
      probe.set(JAVA_BYTE, PROBE_LAST_OP, (byte) LAST_OPCODE);
      for (int op = 0; op <= LAST_OPCODE; op++) {
        short supported = (short) (missingOpcodes.get(op) ? 0 : IO_URING_OP_SUPPORTED);
        probe.set(JAVA_SHORT, probeFlags(op), supported);
      }
    }
    return 0;
  }

  @Override
  public synchronized long mmap(
      MemorySegment errno, long length, int prot, int flags, int fd, long offset) {
    Integer answer = counted(offset == IORING_OFF_SQES ? "mmapSqes" : "mmap");
    if (answer != null) {
      return answer;
    }
    MemorySegment memory = offset == IORING_OFF_SQES ? ring.sqes : ring.rings;
    long needed = offset == IORING_OFF_SQES ? memory.byteSize() : ring.ringBytes();
    if (fd != RING_FD || length != needed) {
      throw new AssertionError("fd=" + fd + ", length=" + length + ", needed=" + needed);
    }
    return memory.address();
  }

  @Override
  public synchronized int munmap(MemorySegment errno, long address, long length) {
    counted("munmap");
    MemorySegment memory = Memory.at(address, length);
    SimulatedRing.poison(memory);
    unmapped.add(memory);
    return 0;
  }

  @Override
  public int madvise(MemorySegment errno, long address, long length, int advice) {
    counted("madvise");
    return 0;
  }

  // ---- calls on files

  @Override
  public int openat(MemorySegment errno, int dirfd, long path, int flags, int mode) {
    return run("openat", () -> noteOpened(real.openat(errno, dirfd, path, flags, mode)));
  }

  @Override
  public int openat2(MemorySegment errno, int dirfd, long path, long how, long size) {
    return run("openat2", () -> noteOpened(real.openat2(errno, dirfd, path, how, size)));
  }

  @Override
  public int close(MemorySegment errno, int fd) {
    increment(closed, fd);
    int result = fd == RING_FD ? 0 : real.close(errno, fd); // as Linux: whatever it then answers
    return run("close", () -> result);
  }

  @Override
  public String release() {
    return "Simulated 1.0";
  }

  private int noteOpened(int fd) {
    if (fd >= 0) {
      increment(opened, fd);
    }
    return fd;
  }

  private Integer counted(String call) {
    increment(calls, call);
    Integer once = onceAnswers.remove(call);
    return once != null ? once : answers.get(call);
  }

  @Override
  int run(String call, IntSupplier work) {
    Integer answer = counted(call);
    return answer != null ? answer : work.getAsInt();
  }
}
