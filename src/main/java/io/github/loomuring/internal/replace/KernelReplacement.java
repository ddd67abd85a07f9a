package io.github.loomuring.internal.replace;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

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
 * <p>The directory is opened once, and names are looked up in it. An exclusive open, which follows
 * no link, creates the temporary file; owner, permissions and bytes are set through its descriptor.
 * Its name is used only while it leads to the inode of that descriptor. The descriptor stays open
 * until the end, so that no other file gets the inode's number.
 */
final class KernelReplacement implements AutoCloseable {
  private static final int PIECE_BYTES = 1 << 18;
  private static final int ATTEMPTS = 16;

  private final Kernel kernel;

  /** As the caller has given it, for messages. */
  private final Path path;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment errno = arena.allocate(Kernel.ERRNO_BYTES, 8);
  private final Statx statx;
  private final MemorySegment iovec = arena.allocate(IOVEC_BYTES, 8);
  private final long emptyPath;
  private final long directoryPath;
  private final long targetName;
  private String temporary;
  private long temporaryName;
  private boolean isMade;
  private long madeDevice;
  private long madeInode;
  private Statx.Status made;
  private boolean moved;
  private final TemporaryFile temporaryFile; // made early: there may be no memory for it later
  private int directory = -1;
  private int fd = -1;

  /**
   * Prepares the replacement of a file.
   *
   * @param target absolute, and not the root
   */
  KernelReplacement(Kernel kernel, Path path, Path target) {
    this.kernel = kernel;
    this.path = path;
    this.statx = new Statx(kernel, arena, errno);
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
   * Whether the kernel allows statx and pwritev2, which old seccomp profiles refuse.
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
      Statx.Status old = status(targetName);
      if (old != null && old.type() != S_IFREG) {
        throw SharedSteps.notRegular(path, old.type() == S_IFDIR);
      }
      // No other user may read the new content before owner and permissions are set.
      create(old == null ? 0666 : 0600);
      write(bytes);
      if (old != null) {
        setOwner(old);
        setPermissions(old.permissions());
      }
      check(kernel.fsync(errno, fd), "fsync of " + temporary);
      if (!isStillNamed()) {
        throw SharedSteps.renamed(path, temporary);
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
      temporary = SharedSteps.temporaryName();
      temporaryName = string(temporary.getBytes(StandardCharsets.US_ASCII));
      fd = open(directory, temporaryName, flags, mode);
      if (!Errno.EEXIST.is(fd) || attempt == ATTEMPTS) {
        check(fd, "open of " + temporary);
        break;
      }
    }
    int result = statx.call(fd, emptyPath, AT_EMPTY_PATH);
    madeDevice = statx.device();
    madeInode = statx.inode();
    isMade = result >= 0; // set without allocating: there may be no memory
    check(result, "statx of " + temporary);
    made = statx.status();
  }

  private int open(int dirfd, long name, int flags, int mode) {
    int result;
    do {
      result = kernel.openat(errno, dirfd, name, flags | O_CLOEXEC, mode);
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
            path.toString(), null, "a write of length=" + length + " wrote no byte");
      }
      done += Errno.EINTR.is(n) ? 0 : (int) check(n, "write of length=" + length);
    }
  }

  private void setOwner(Statx.Status old) throws IOException {
    int uid = old.uid() == made.uid() ? -1 : old.uid();
    int gid = old.gid() == made.gid() ? -1 : old.gid();
    if (uid == -1 && gid == -1) {
      return;
    }
    int result = kernel.fchown(errno, fd, uid, gid);
    if (isOwnerRefused(result) && uid != -1 && gid != -1) {
      result = kernel.fchown(errno, fd, -1, gid); // allowed for the process's own groups
    }
    if (!isOwnerRefused(result)) {
      check(result, "fchown of " + temporary);
    }
  }

  /** Only privileged processes may change the owner, and not every file system stores one. */
  private static boolean isOwnerRefused(int result) {
    return Errno.EPERM.is(result)
        || Errno.EINVAL.is(result)
        || Errno.ENOSYS.is(result)
        || Errno.EOPNOTSUPP.is(result);
  }

  /** Must follow the change of owner, which may clear some permissions. */
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

  /** For seccomp profiles that refuse fchmod: sets them by the JDK's call, for the descriptor. */
  private boolean isSetByJdk(int permissions) {
    try {
      Path file = PlatformPaths.fileSystem().getPath("/proc/self/fd/" + fd);
      Files.setPosixFilePermissions(file, Permissions.of(permissions));
      return true;
    } catch (IOException e) {
      return false; // the caller throws the error of fchmod
    }
  }

  /** Whether the temporary file's name leads to the file that was created. */
  private boolean isStillNamed() throws IOException {
    int result = statx.call(directory, temporaryName, AT_SYMLINK_NOFOLLOW);
    if (Errno.ENOENT.is(result)) {
      return false;
    }
    check(result, "statx");
    return statx.device() == madeDevice && statx.inode() == madeInode;
  }

  /** The status of the temporary file, by its descriptor. */
  private Statx.Status status() throws IOException {
    check(statx.call(fd, emptyPath, AT_EMPTY_PATH), "statx of " + temporary);
    return statx.status();
  }

  /** The status of the file that a name in the directory leads to; null if there is none. */
  private Statx.Status status(long name) throws IOException {
    int result = statx.call(directory, name, AT_SYMLINK_NOFOLLOW);
    if (Errno.ENOENT.is(result)) {
      return null;
    }
    check(result, "statx");
    return statx.status();
  }

  /** Removes the temporary file, if its name still leads to the file that was created. */
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
    // The bytes are on the disk, or a call has failed: the results of the closes add nothing.
    if (fd >= 0) {
      temporaryFile.close(isMade ? PosixLocks.key(madeDevice, madeInode) : PosixLocks.UNKNOWN, fd);
    }
    if (directory >= 0) {
      kernel.close(errno, directory);
    }
    arena.close();
  }

  /**
   * The descriptor of the temporary file, which is the target by now. Other threads may have locked
   * it meanwhile, and the close must not drop their locks.
   */
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
        throw new AssertionError("this close throws no IOException", e);
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
