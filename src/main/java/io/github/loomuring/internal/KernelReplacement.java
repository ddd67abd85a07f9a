package io.github.loomuring.internal;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.CString;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.platform.Permissions;
import io.github.loomuring.internal.platform.PlatformPaths;
import io.github.loomuring.internal.platform.PosixLocks;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The steps of a {@link Replacement} by calls of the kernel, all by one thread.
 *
 * <p>The directory is opened once, and names are looked up in it. The temporary file is made by an
 * exclusive open, which follows no link; owner, permissions and bytes go by the descriptor that
 * this gives. Its name counts only as long as it leads to the inode of that descriptor, which stays
 * open until the end, so that no other file gets the inode's number.
 */
final class KernelReplacement implements AutoCloseable {
  private static final int PIECE_BYTES = 1 << 18;
  private static final int ATTEMPTS = 16;
  private static final int STATX_ATTEMPTS = 1_000;
  private static final long STATX_PAUSE_NANOS = 1_000_000;

  private final Kernel kernel;

  /** As the caller has given it, for messages. */
  private final Path path;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment errno = arena.allocate(Kernel.ERRNO_BYTES, 8);
  private final MemorySegment statx = arena.allocate(STATX_BYTES, 8);
  private final MemorySegment iovec = arena.allocate(IOVEC_BYTES, 8);
  private final long emptyPath;
  private final long directoryPath;
  private final long targetName;
  private String temporary;
  private long temporaryName;
  private boolean isMade;
  private long madeDevice;
  private long madeInode;
  private Status made;
  private boolean moved;
  private final TemporaryFile temporaryFile; // made first: there may be no memory for it later
  private int directory = -1;
  private int fd = -1;

  /** What statx(2) says of a file. */
  private record Status(int mode, int uid, int gid) {
    int type() {
      return mode & S_IFMT;
    }

    int permissions() {
      return mode & 0777;
    }
  }

  /**
   * The replacement of a file.
   *
   * @param target absolute, and not the root
   */
  KernelReplacement(Kernel kernel, Path path, Path target) {
    this.kernel = kernel;
    this.path = path;
    this.temporaryFile = new TemporaryFile(kernel);
    byte[] bytes = CString.bytes(target);
    int slash = bytes.length - 1;
    while (bytes[slash] != '/') {
      slash--;
    }
    emptyPath = string(new byte[0]);
    directoryPath = string(Arrays.copyOf(bytes, Math.max(slash, 1)));
    targetName = string(Arrays.copyOfRange(bytes, slash + 1, bytes.length));
  }

  /**
   * Whether the system calls are there that a seccomp profile older than they are refuses.
   *
   * @throws IllegalCallerException if the kernel may not be called
   */
  static boolean isPossibleBy(Kernel kernel) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Kernel.ERRNO_BYTES, 8);
      long zeros = arena.allocate(STATX_BYTES, 8).address();
      return Errno.EBADF.is(kernel.statx(errno, -1, zeros, AT_EMPTY_PATH, STATX_TYPE, zeros))
          && Errno.EBADF.is(kernel.pwritev2(errno, -1, zeros, 1, 0, 0));
    }
  }

  private long string(byte[] bytes) {
    MemorySegment string = arena.allocate(bytes.length + 1L); // its last byte is zero
    MemorySegment.copy(bytes, 0, string, JAVA_BYTE, 0, bytes.length);
    return string.address();
  }

  void replace(byte[] bytes) throws IOException {
    try {
      directory = open(AT_FDCWD, directoryPath, O_RDONLY | O_DIRECTORY, 0);
      check(directory, "open of its directory");
      Status old = status(targetName);
      if (old != null && old.type() != S_IFREG) {
        throw Replacement.notRegular(path, old.type() == S_IFDIR);
      }
      // Nobody else may read what is to be in it before it is settled who may.
      create(old == null ? 0666 : 0600);
      write(bytes);
      if (old != null) {
        setOwner(old);
        setPermissions(old.permissions());
      }
      check(kernel.fsync(errno, fd), "fsync of " + temporary);
      if (!isStillNamed()) {
        throw Replacement.renamed(path, temporary);
      }
      check(
          kernel.renameat(errno, directory, temporaryName, directory, targetName),
          "rename of " + temporary);
      moved = true;
      check(kernel.fsync(errno, directory), "fsync of its directory");
    } catch (Throwable t) {
      delete(t);
      throw t;
    }
  }

  private void create(int mode) throws IOException {
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    for (int attempt = 1; ; attempt++) {
      temporary = Replacement.temporaryName();
      temporaryName = string(temporary.getBytes(StandardCharsets.US_ASCII));
      fd = open(directory, temporaryName, flags, mode);
      if (!Errno.EEXIST.is(fd) || attempt == ATTEMPTS) {
        check(fd, "open of " + temporary);
        break;
      }
    }
    int result = stat(fd, emptyPath, AT_EMPTY_PATH);
    madeDevice = statDevice();
    madeInode = statInode();
    isMade = result >= 0; // known without any object: there may be no memory for one
    check(result, "statx of " + temporary);
    made = lastStatus();
  }

  private int open(int where, long name, int flags, int mode) {
    int result;
    do {
      result = kernel.openat(errno, where, name, flags | O_CLOEXEC, mode);
    } while (Errno.EINTR.is(result));
    return result;
  }

  private void write(byte[] bytes) throws IOException {
    MemorySegment buffer = arena.allocate(Math.clamp(bytes.length, 1, PIECE_BYTES));
    for (int done = 0; done < bytes.length; ) {
      int length = (int) Math.min(buffer.byteSize(), bytes.length - done);
      MemorySegment.copy(bytes, done, buffer, JAVA_BYTE, 0, length);
      iovec.set(JAVA_LONG, IOVEC_BASE, buffer.address());
      iovec.set(JAVA_LONG, IOVEC_LEN, length);
      long n = kernel.pwritev2(errno, fd, iovec.address(), 1, done, 0);
      if (n == 0) {
        throw new FileSystemException(
            path.toString(), null, "a write of " + length + " moved none");
      }
      done += Errno.EINTR.is(n) ? 0 : (int) check(n, "write of length=" + length);
    }
  }

  private void setOwner(Status old) throws IOException {
    int uid = old.uid == made.uid ? -1 : old.uid;
    int gid = old.gid == made.gid ? -1 : old.gid;
    if (uid == -1 && gid == -1) {
      return;
    }
    int result = kernel.fchown(errno, fd, uid, gid);
    if (mayNot(result) && uid != -1 && gid != -1) {
      result = kernel.fchown(errno, fd, -1, gid); // a group of the process's own it may set
    }
    if (!mayNot(result)) {
      check(result, "fchown of " + temporary);
    }
  }

  /** Only privileged processes may give files away, and not every file system keeps owners. */
  private static boolean mayNot(int result) {
    return Errno.EPERM.is(result)
        || Errno.EINVAL.is(result)
        || Errno.ENOSYS.is(result)
        || Errno.EOPNOTSUPP.is(result);
  }

  /** Last: a change of owner may take some away. */
  private void setPermissions(int permissions) throws IOException {
    if (status().permissions() == permissions) {
      return;
    }
    int result = kernel.fchmod(errno, fd, permissions);
    boolean refused = Errno.EPERM.is(result) || Errno.ENOSYS.is(result);
    if (!(refused && isSetByJdk(permissions))) {
      check(result, "fchmod of " + temporary);
    }
  }

  /** Where a profile of seccomp refuses fchmod: by the JDK's call, and the descriptor. */
  private boolean isSetByJdk(int permissions) {
    try {
      Path file = PlatformPaths.fileSystem().getPath("/proc/self/fd/" + fd);
      Files.setPosixFilePermissions(file, Permissions.of(permissions));
      return true;
    } catch (IOException e) {
      return false; // the first refusal says why
    }
  }

  private boolean isStillNamed() throws IOException {
    int result = stat(directory, temporaryName, AT_SYMLINK_NOFOLLOW);
    if (Errno.ENOENT.is(result)) {
      return false;
    }
    check(result, "statx");
    return statDevice() == madeDevice && statInode() == madeInode;
  }

  /** Of the temporary file, whatever its name leads to. */
  private Status status() throws IOException {
    check(stat(fd, emptyPath, AT_EMPTY_PATH), "statx of " + temporary);
    return lastStatus();
  }

  /** Of a name in the directory; null if there is none. */
  private Status status(long name) throws IOException {
    int result = stat(directory, name, AT_SYMLINK_NOFOLLOW);
    if (Errno.ENOENT.is(result)) {
      return null;
    }
    check(result, "statx");
    return lastStatus();
  }

  /** Again and again if there is no memory: what is not known to be made is not removed. */
  private int stat(int where, long name, int flags) {
    int result = -1;
    for (int attempt = 0; attempt < STATX_ATTEMPTS; attempt++) {
      result = kernel.statx(errno, where, name, flags, STATX_BASIC_STATS, statx.address());
      if (!Errno.ENOMEM.is(result)) {
        break;
      }
      Pauses.parkNanos(STATX_PAUSE_NANOS);
    }
    return result;
  }

  private long statDevice() {
    return makedev(statx.get(JAVA_INT, STATX_DEV_MAJOR), statx.get(JAVA_INT, STATX_DEV_MINOR));
  }

  private long statInode() {
    return statx.get(JAVA_LONG, STATX_INO_OFFSET);
  }

  private Status lastStatus() {
    return new Status(
        Short.toUnsignedInt(statx.get(JAVA_SHORT, STATX_MODE)),
        statx.get(JAVA_INT, STATX_UID_OFFSET),
        statx.get(JAVA_INT, STATX_GID_OFFSET));
  }

  /** Removes the temporary file, if there is one, and it is the one that was made. */
  private void delete(Throwable reason) {
    if (!isMade || moved) {
      return;
    }
    try {
      if (isStillNamed()) {
        check(kernel.unlinkat(errno, directory, temporaryName, 0), "unlink of " + temporary);
      }
    } catch (IOException | RuntimeException | Error e) {
      reason.addSuppressed(e);
    }
  }

  private void check(int result, String what) throws IOException {
    check((long) result, what);
  }

  private long check(long result, String what) throws IOException {
    if (result < 0) {
      throw Errno.exception(result, path.toString(), what);
    }
    return result;
  }

  @Override
  public void close() {
    // The bytes are on the disk, or have failed to get there: no close says more.
    if (fd >= 0) {
      temporaryFile.close(isMade ? PosixLocks.key(madeDevice, madeInode) : PosixLocks.UNKNOWN, fd);
    }
    if (directory >= 0) {
      kernel.close(errno, directory);
    }
    arena.close();
  }

  /** The descriptor of what is by now the file itself: others may have locked that meanwhile. */
  private static final class TemporaryFile extends PosixLocks.Descriptor {
    private final Kernel kernel;
    private final MemorySegment errno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
    private long key;
    private int fd;

    TemporaryFile(Kernel kernel) {
      this.kernel = kernel;
    }

    void close(long key, int fd) {
      this.key = key;
      this.fd = fd;
      try {
        PosixLocks.close(this);
      } catch (IOException e) {
        throw new AssertionError("it is not said how the close ended", e);
      }
    }

    @Override
    public long key() {
      return key;
    }

    @Override
    public void close() {
      kernel.close(errno, fd);
    }
  }
}
