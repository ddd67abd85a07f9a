package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.github.loomuring.internal.concurrent.IdleObjects;
import io.github.loomuring.internal.jvm.StackReserve;
import io.github.loomuring.internal.linux.CString;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.platform.PosixLocks;
import io.github.loomuring.internal.spi.FileStatus;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/**
 * Native memory of a path operation: a path, a struct open_how, a struct statx, and scratch.
 *
 * <p>It belongs to the library, so an operation that outlives its caller leaves nothing of the
 * caller's to the kernel. Instances are reused.
 */
final class PathMemory implements AutoCloseable {
  private static final long STATX = 0;
  private static final long HOW = STATX_BYTES;
  private static final long EMPTY_PATH = HOW + OPEN_HOW_BYTES; // eight zero bytes
  private static final long PATH = EMPTY_PATH + 8;
  private static final long SCRATCH = PATH + PATH_MAX;
  private static final int IDLE_MAX = 1_024;

  static {
    assert SCRATCH % 8 == 0 : "the scratch is not aligned";
  }

  // One for the process: an operation may outlive its engine, and its memory with it.
  private static final IdleObjects<PathMemory> IDLE = new IdleObjects<>(IDLE_MAX);

  private final MemorySegment segment = Arena.ofAuto().allocate(SCRATCH + Scratch.BYTES, 8);
  private final long address = segment.address();

  /** For system calls on the caller, which send no request. */
  final Scratch scratch = new Scratch(segment.asSlice(SCRATCH, Scratch.BYTES));

  /** The work that is done on the caller without the ring. */
  final CallerWork callerWork = new CallerWork();

  private int length;
  private int slash;

  private PathMemory() {}

  /** Memory for one operation, which is about to begin: so it makes sure of stack for that, too. */
  static PathMemory acquire() {
    StackReserve.ensure();
    PathMemory memory = IDLE.poll();
    return memory != null ? memory : new PathMemory();
  }

  /** Memory with {@code path} in it. */
  static PathMemory of(Path path) throws IOException {
    PathMemory memory = acquire();
    try {
      memory.setPath(path);
      return memory;
    } catch (Throwable t) {
      memory.close();
      throw t;
    }
  }

  /** Gives the memory back. The kernel must be done with it. */
  @Override
  public void close() {
    IDLE.offer(this);
  }

  /** Gives the memory back after {@code operation}, which is not abandoned. */
  void release(Operation operation) {
    assert !operation.isInFlight() : operation;
    if (operation.isReusable()) {
      close();
    } else {
      operation.keep(this); // the ring failed: the kernel may not be done with it
    }
  }

  /** Whether the memory whose path is at {@code path} waits for its next use, for tests. */
  static boolean isIdle(long path) {
    return IDLE.anyMatch(memory -> memory.path() == path);
  }

  /** Stores {@code path}; ENAMETOOLONG as the kernel would say if it does not fit. */
  void setPath(Path path) throws IOException {
    setText(path, CString.bytes(path));
  }

  /**
   * Stores {@code target} as it is, for a symbolic link: it means what the link's place makes it.
   */
  void setTarget(Path target) throws IOException {
    setText(target, CString.unresolvedBytes(target));
  }

  private void setText(Path path, byte[] bytes) throws IOException {
    if (bytes.length >= PATH_MAX) {
      throw Errno.exception(
          Errno.ENAMETOOLONG.negated(), path.toString(), "path of " + bytes.length + " bytes");
    }
    MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, PATH, bytes.length);
    segment.set(JAVA_BYTE, PATH + bytes.length, (byte) 0);
    length = bytes.length;
  }

  /**
   * Ends {@link #path} at its last slash, as the path of a directory, until {@link #joinName}.
   *
   * @return where the name in that directory is; zero if the path gives none, or is in the root or
   *     in the working directory
   */
  long splitName() {
    int end = Math.max(length - 1, 0);
    while (end > 0 && segment.get(JAVA_BYTE, PATH + end) != '/') {
      end--;
    }
    if (end == 0 || end == length - 1) {
      return 0;
    }
    slash = end;
    segment.set(JAVA_BYTE, PATH + end, (byte) 0);
    return path() + end + 1;
  }

  /** The path is whole again. */
  void joinName() {
    segment.set(JAVA_BYTE, PATH + slash, (byte) '/');
  }

  long path() {
    return address + PATH;
  }

  long emptyPath() {
    return address + EMPTY_PATH;
  }

  long how(int flags, long resolve) {
    return how(flags, 0, resolve);
  }

  long how(int flags, int mode, long resolve) {
    segment.set(JAVA_LONG, HOW + OPEN_HOW_FLAGS, Integer.toUnsignedLong(flags));
    segment.set(JAVA_LONG, HOW + OPEN_HOW_MODE, mode);
    segment.set(JAVA_LONG, HOW + OPEN_HOW_RESOLVE, resolve);
    return address + HOW;
  }

  long statx() {
    return address + STATX;
  }

  /** {@code statx(2)} into this memory, on the caller: zero, or a negated errno. */
  int statx(Kernel kernel, int dirfd, long path, int flags, int mask) {
    return kernel.statx(scratch.errno, dirfd, path, flags, mask, statx());
  }

  int statMask() {
    return segment.get(JAVA_INT, STATX + STATX_MASK);
  }

  int statMode() {
    return Short.toUnsignedInt(segment.get(JAVA_SHORT, STATX + STATX_MODE));
  }

  long statInode() {
    return segment.get(JAVA_LONG, STATX + STATX_INO_OFFSET);
  }

  long statSize() {
    return segment.get(JAVA_LONG, STATX + STATX_SIZE_BYTES);
  }

  /** The key, to {@link PosixLocks}, of the file that the last statx was about. */
  long lockKey() {
    return PosixLocks.key(statDevice(), statInode());
  }

  int statBlockSize() {
    return segment.get(JAVA_INT, STATX + STATX_BLKSIZE);
  }

  /** The device in the form of stat(2), which the pool has too. */
  long statDevice() {
    return makedev(
        segment.get(JAVA_INT, STATX + STATX_DEV_MAJOR),
        segment.get(JAVA_INT, STATX + STATX_DEV_MINOR));
  }

  /** The answer of the last statx of {@link #statx}. */
  FileStatus status() {
    int mask = statMask();
    boolean hasAlignment = (mask & STATX_DIOALIGN) != 0;
    return new FileStatus(
        statMode(),
        Integer.toUnsignedLong(segment.get(JAVA_INT, STATX + STATX_UID_OFFSET)),
        Integer.toUnsignedLong(segment.get(JAVA_INT, STATX + STATX_GID_OFFSET)),
        statDevice(),
        statInode(),
        Integer.toUnsignedLong(segment.get(JAVA_INT, STATX + STATX_NLINK_OFFSET)),
        statSize(),
        segment.get(JAVA_LONG, STATX + STATX_BLOCKS_OFFSET),
        time(STATX_ATIME_OFFSET),
        time(STATX_MTIME_OFFSET),
        time(STATX_CTIME_OFFSET),
        (mask & STATX_BTIME) != 0 ? time(STATX_BTIME_OFFSET) : null,
        hasAlignment ? statMemoryAlignment() : 0,
        hasAlignment ? statOffsetAlignment() : 0);
  }

  private FileTime time(long offset) {
    long seconds = segment.get(JAVA_LONG, STATX + offset);
    int nanos = segment.get(JAVA_INT, STATX + offset + STATX_TIMESTAMP_NSEC);
    return FileTime.from(Instant.ofEpochSecond(seconds, nanos));
  }

  int statMemoryAlignment() {
    return segment.get(JAVA_INT, STATX + STATX_DIO_MEM_ALIGN);
  }

  int statOffsetAlignment() {
    return segment.get(JAVA_INT, STATX + STATX_DIO_OFFSET_ALIGN);
  }
}
