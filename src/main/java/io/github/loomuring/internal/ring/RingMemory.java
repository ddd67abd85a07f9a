package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A ring as {@code io_uring_setup} made it: its descriptor, its two mappings, and the flags and
 * features that the kernel granted. The reaper closes it; no other thread may use it then.
 *
 * <p>The set-up asks for all optional flags, and drops one at a time while the kernel returns
 * EINVAL. It halves the size while the kernel returns ENOMEM, which need not mean that memory is
 * short: the rings of a user without CAP_IPC_LOCK are charged to RLIMIT_MEMLOCK, all together,
 * before Linux 5.12 and since 6.14 (io_create_region of io_uring/memmap.c).
 */
final class RingMemory {
  // In the order in which they are dropped.
  private static final int[] OPTIONAL_FLAGS = {
    IORING_SETUP_NO_SQARRAY,
    IORING_SETUP_SUBMIT_ALL,
    IORING_SETUP_CQSIZE,
    IORING_SETUP_CLAMP,
    IORING_SETUP_SQPOLL
  };
  private static final String[] OPTIONAL_NAMES = {
    "NO_SQARRAY", "SUBMIT_ALL", "CQSIZE", "CLAMP", "SQPOLL"
  };
  private static final int REQUIRED_FEATURES =
      IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE;
  private static final int SMALLEST_ENTRIES = 8;

  final Kernel kernel;
  final int fd;
  final int flags;
  final int features;
  final int sqEntries;
  final int cqEntries;
  final MemorySegment rings;
  final MemorySegment sqes;
  final long sqHead;
  final long sqTail;
  final long sqFlags;
  final long sqArray;
  final long cqHead;
  final long cqTail;
  final long cqes;
  private final BitSet opcodes = new BitSet();
  private final ReentrantLock registering = new ReentrantLock();
  private boolean closed; // guarded by registering

  private RingMemory(Kernel kernel, Arena arena, MemorySegment errno, int fd, MemorySegment params)
      throws UnavailableException {
    this.kernel = kernel;
    this.fd = fd;
    flags = params.get(JAVA_INT, PARAMS_FLAGS);
    features = params.get(JAVA_INT, PARAMS_FEATURES);
    if ((features & REQUIRED_FEATURES) != REQUIRED_FEATURES) {
      throw new UnavailableException(
          "the kernel's io_uring lacks SINGLE_MMAP, NODROP or SUBMIT_STABLE (features=0x"
              + Integer.toHexString(features)
              + "); use Linux 5.6 or later");
    }
    sqEntries = params.get(JAVA_INT, PARAMS_SQ_ENTRIES);
    cqEntries = params.get(JAVA_INT, PARAMS_CQ_ENTRIES);
    sqHead = params.get(JAVA_INT, PARAMS_SQ_OFF_HEAD);
    sqTail = params.get(JAVA_INT, PARAMS_SQ_OFF_TAIL);
    sqFlags = params.get(JAVA_INT, PARAMS_SQ_OFF_FLAGS);
    sqArray = params.get(JAVA_INT, PARAMS_SQ_OFF_ARRAY);
    cqHead = params.get(JAVA_INT, PARAMS_CQ_OFF_HEAD);
    cqTail = params.get(JAVA_INT, PARAMS_CQ_OFF_TAIL);
    cqes = params.get(JAVA_INT, PARAMS_CQ_OFF_CQES);
    assert Integer.bitCount(sqEntries) == 1 && Integer.bitCount(cqEntries) == 1
        : "a mask needs powers of two: sqEntries=" + sqEntries + ", cqEntries=" + cqEntries;
    checkEnter(errno);
    probe(arena, errno);
    // With SINGLE_MMAP one mapping holds both rings, so it has the size of the larger one.
    long arrayEnd = sqArrayNeeded() ? sqArray + 4L * sqEntries : 0;
    rings = map(errno, Math.max(arrayEnd, cqes + CQE_BYTES * cqEntries), IORING_OFF_SQ_RING);
    MemorySegment mappedSqes;
    try {
      mappedSqes = map(errno, SQE_BYTES * sqEntries, IORING_OFF_SQES);
    } catch (Throwable t) {
      kernel.munmap(errno, rings.address(), rings.byteSize());
      throw t;
    }
    sqes = mappedSqes;
    if (sqArrayNeeded()) {
      // SQEs are used in ring order, so the index array is written once.
      for (int i = 0; i < sqEntries; i++) {
        rings.set(JAVA_INT, sqArray + 4L * i, i);
      }
    }
  }

  /**
   * Makes a ring.
   *
   * @param sqPollIdleMillis how long the kernel's submission thread looks for SQEs before it
   *     sleeps; zero for no such thread. If there can be none, the ring is made without it, see
   *     {@link #hasSqThread}.
   * @throws UnavailableException if there can be no ring
   */
  static RingMemory open(Kernel kernel, int entries, int completionEntries, int sqPollIdleMillis)
      throws UnavailableException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Kernel.ERRNO_BYTES, 8);
      MemorySegment params = arena.allocate(PARAMS_BYTES, 8);
      int fd = setup(kernel, errno, params, entries, completionEntries, sqPollIdleMillis);
      if (hasSqThread(params.get(JAVA_INT, PARAMS_FLAGS))
          && (params.get(JAVA_INT, PARAMS_FEATURES) & IORING_FEAT_SQPOLL_NONFIXED) == 0) {
        kernel.close(errno, fd); // before 5.11, that thread works on registered files only
        fd = setup(kernel, errno, params, entries, completionEntries, 0);
      }
      try {
        return new RingMemory(kernel, arena, errno, fd, params);
      } catch (Throwable t) {
        kernel.close(errno, fd);
        throw t;
      }
    }
  }

  private static int setup(
      Kernel kernel,
      MemorySegment errno,
      MemorySegment params,
      int entries,
      int cqEntries,
      int sqPollIdleMillis)
      throws UnavailableException {
    int flags = 0;
    for (int flag : OPTIONAL_FLAGS) {
      flags |= flag == IORING_SETUP_SQPOLL && sqPollIdleMillis == 0 ? 0 : flag;
    }
    int dropped = 0;
    for (; ; ) {
      params.fill((byte) 0);
      params.set(JAVA_INT, PARAMS_FLAGS, flags);
      params.set(JAVA_INT, PARAMS_SQ_THREAD_IDLE, hasSqThread(flags) ? sqPollIdleMillis : 0);
      if ((flags & IORING_SETUP_CQSIZE) != 0) {
        params.set(JAVA_INT, PARAMS_CQ_ENTRIES, cqEntries);
      }
      int fd = kernel.ioUringSetup(errno, entries, params.address());
      if (fd >= 0) {
        return fd;
      }
      if (Errno.EINVAL.is(fd) && dropped < OPTIONAL_FLAGS.length) {
        flags &= ~OPTIONAL_FLAGS[dropped++];
      } else if (hasSqThread(flags) && !Errno.EINTR.is(fd)) {
        // EPERM: before 5.13, the process lacks privileges. EAGAIN, ENOMEM: the kernel could not
        // make the thread. Or no ring can be made at all; the next attempt finds that out.
        flags &= ~IORING_SETUP_SQPOLL;
      } else if (Errno.ENOMEM.is(fd) && entries > SMALLEST_ENTRIES) {
        entries /= 2;
        cqEntries = Math.max(cqEntries / 2, 2 * entries);
      } else if (!Errno.EINTR.is(fd)) {
        throw UnavailableException.of("io_uring_setup", fd);
      }
    }
  }

  private MemorySegment map(MemorySegment errno, long length, long offset)
      throws UnavailableException {
    long address =
        kernel.mmap(
            errno,
            length,
            Fcntl.PROT_READ | Fcntl.PROT_WRITE,
            Fcntl.MAP_SHARED | Fcntl.MAP_POPULATE,
            fd,
            offset);
    if (address < 0 && address > -4096) {
      throw UnavailableException.of("mapping the ring", (int) address);
    }
    try {
      // A forked child must not share the queues. This is advice: a refusal changes nothing here.
      kernel.madvise(errno, address, length, Fcntl.MADV_DONTFORK);
      return Memory.at(address, length);
    } catch (Throwable t) {
      kernel.munmap(errno, address, length);
      throw t;
    }
  }

  private void probe(Arena arena, MemorySegment errno) throws UnavailableException {
    MemorySegment probe = arena.allocate(PROBE_BYTES, 8);
    int result =
        kernel.ioUringRegister(errno, fd, IORING_REGISTER_PROBE, probe.address(), PROBE_OPS);
    if (Errno.ENOMEM.is(result) || Errno.EAGAIN.is(result)) {
      throw UnavailableException.of("IORING_REGISTER_PROBE", result);
    }
    if (result < 0) {
      throw new UnavailableException(
          "the kernel cannot list its io_uring operations (IORING_REGISTER_PROBE: "
              + Errno.describe(result)
              + "); use Linux 5.6 or later");
    }
    int last = Byte.toUnsignedInt(probe.get(JAVA_BYTE, PROBE_LAST_OP));
    for (int op = 0; op <= last; op++) {
      opcodes.set(op, (probe.get(JAVA_SHORT, probeFlags(op)) & IO_URING_OP_SUPPORTED) != 0);
    }
  }

  /** A seccomp filter may allow io_uring_setup and refuse io_uring_enter. */
  private void checkEnter(MemorySegment errno) throws UnavailableException {
    int result = kernel.ioUringEnter(errno, fd, 0, 0, 0);
    if (EnterResult.isFatal(result)) {
      throw UnavailableException.of("io_uring_enter", result);
    }
  }

  private boolean sqArrayNeeded() {
    return (flags & IORING_SETUP_NO_SQARRAY) == 0;
  }

  /** Whether a kernel thread submits (SQPOLL). */
  boolean hasSqThread() {
    return hasSqThread(flags);
  }

  private static boolean hasSqThread(int flags) {
    return (flags & IORING_SETUP_SQPOLL) != 0;
  }

  boolean supports(byte opcode) {
    return opcodes.get(opcode);
  }

  int opcodeCount() {
    return opcodes.cardinality();
  }

  List<String> grantedFlags() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < OPTIONAL_FLAGS.length; i++) {
      if ((flags & OPTIONAL_FLAGS[i]) != 0) {
        names.add(OPTIONAL_NAMES[i]);
      }
    }
    return names;
  }

  /**
   * Calls {@code io_uring_register(2)}, which may block. Returns a negated EBADF if the ring is
   * closed: its descriptor's number may belong to another file by then.
   */
  int register(MemorySegment errno, int opcode, long arg, int count) {
    Pauses.lock(registering);
    try {
      return closed ? Errno.EBADF.negated() : kernel.ioUringRegister(errno, fd, opcode, arg, count);
    } finally {
      registering.unlock();
    }
  }

  /** Unmaps and closes the ring. No request may be in flight, and no thread may use the queues. */
  void close(MemorySegment errno) {
    kernel.munmap(errno, sqes.address(), sqes.byteSize());
    kernel.munmap(errno, rings.address(), rings.byteSize());
    Pauses.lock(registering);
    try {
      assert !closed : "the ring is closed once";
      closed = true;
      kernel.close(errno, fd);
    } finally {
      registering.unlock();
    }
  }
}
