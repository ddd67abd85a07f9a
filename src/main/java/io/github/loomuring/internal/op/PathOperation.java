package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.ring.Gate;
import io.github.loomuring.internal.schedule.Turns;
import io.github.loomuring.internal.spi.FileStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * Operations on names: IORING_OP_UNLINKAT, RENAMEAT, MKDIRAT, SYMLINKAT, LINKAT and STATX.
 *
 * <p>All of them run in a worker of the kernel. Their memory is the library's, so a caller that is
 * interrupted leaves one that a cancel does not end soon; it may then still happen.
 */
final class PathOperation {
  private PathOperation() {}

  static void delete(RingEngine engine, Path path) throws IOException {
    int result = unlink(engine, path, 0);
    if (Errno.EISDIR.is(result) || Errno.EPERM.is(result)) {
      int asDirectory = unlink(engine, path, AT_REMOVEDIR);
      result = Errno.ENOTDIR.is(asDirectory) ? result : asDirectory;
    }
    if (Errno.ENOTEMPTY.is(result) || Errno.EEXIST.is(result)) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    check(result, path, null, "unlink");
  }

  private static int unlink(RingEngine engine, Path path, int flags) throws IOException {
    PathMemory memory = PathMemory.of(path);
    return run(
        engine,
        path + ": delete",
        memory,
        o -> o.set(IORING_OP_UNLINKAT, AT_FDCWD, memory.path(), 0, 0, flags, gate(engine, path)));
  }

  /** Renames; zero or a negated errno. */
  static int rename(RingEngine engine, Path source, Path target, int flags) throws IOException {
    PathPair memory = PathPair.of(source, target);
    if (memory == null) {
      return Errno.ENAMETOOLONG.negated();
    }
    return run(
        engine,
        source + ": move to " + target,
        memory,
        o ->
            o.set(
                IORING_OP_RENAMEAT,
                AT_FDCWD,
                memory.one.path(),
                AT_FDCWD,
                memory.other.path(),
                flags,
                gate(engine, source, target)));
  }

  static void createDirectory(RingEngine engine, Path path, int mode) throws IOException {
    PathMemory memory = PathMemory.of(path);
    int result =
        run(
            engine,
            path + ": createDirectory",
            memory,
            o -> o.set(IORING_OP_MKDIRAT, AT_FDCWD, memory.path(), mode, 0, 0, gate(engine, path)));
    check(result, path, null, "mkdir");
  }

  static void createSymbolicLink(RingEngine engine, Path link, Path target) throws IOException {
    PathPair memory = PathPair.ofTargetAndLink(target, link);
    int result =
        memory == null
            ? Errno.ENAMETOOLONG.negated()
            : run(
                engine,
                link + ": createSymbolicLink",
                memory,
                o ->
                    o.set(
                        IORING_OP_SYMLINKAT,
                        AT_FDCWD,
                        memory.one.path(),
                        0,
                        memory.other.path(),
                        0,
                        gate(engine, link)));
    check(result, link, null, "symlink");
  }

  static void createLink(RingEngine engine, Path link, Path existing) throws IOException {
    PathPair memory = PathPair.of(existing, link);
    int result =
        memory == null
            ? Errno.ENAMETOOLONG.negated()
            : run(
                engine,
                link + ": createLink",
                memory,
                o ->
                    o.set(
                        IORING_OP_LINKAT,
                        AT_FDCWD,
                        memory.one.path(),
                        AT_FDCWD,
                        memory.other.path(),
                        0,
                        gate(engine, existing, link)));
    check(result, link, existing, "link");
  }

  // ---- statx

  static FileStatus status(RingEngine engine, Path path, boolean followLinks) throws IOException {
    FileStatus[] status = new FileStatus[1];
    PathMemory memory = PathMemory.of(path);
    int result = statusOnCaller(engine, path, memory, followLinks);
    if (Errno.EAGAIN.is(result)) {
      int flags = followLinks ? 0 : AT_SYMLINK_NOFOLLOW;
      result =
          run(
              engine,
              path + ": statx",
              memory,
              o ->
                  o.set(
                      IORING_OP_STATX,
                      AT_FDCWD,
                      memory.path(),
                      Stat.STATUS_MASK,
                      memory.statx(),
                      flags,
                      gate(engine, path)),
              () -> status[0] = memory.status());
    } else {
      status[0] = result < 0 ? null : memory.status();
      memory.close();
      Turns.count(0); // last: it may wait
    }
    // As the JDK says it: what is below a file is missing.
    check(Errno.ENOTDIR.is(result) ? Errno.ENOENT.negated() : result, path, null, "statx");
    return status[0];
  }

  /**
   * What is in the dentry and inode caches is known without waiting for a device: zero, an errno,
   * or EAGAIN if it is not there.
   */
  private static int statusOnCaller(
      RingEngine engine, Path path, PathMemory memory, boolean followLinks) throws IOException {
    if (!engine.inlineOpens()
        || engine.remoteMounts.of(path) != null
        || Interrupts.pending()
        || Deadlines.isOver()) {
      return Errno.EAGAIN.negated();
    }
    Operation scratch = engine.slots.acquire();
    try {
      int flags = O_PATH | O_CLOEXEC | (followLinks ? 0 : O_NOFOLLOW);
      long how = memory.how(flags, RESOLVE_CACHED);
      int fd = engine.kernel.openat2(scratch.errno, AT_FDCWD, memory.path(), how, OPEN_HOW_BYTES);
      if (fd < 0) {
        return Errno.ENOENT.is(fd) || Errno.ENOTDIR.is(fd) ? fd : Errno.EAGAIN.negated();
      }
      int result;
      try {
        result =
            engine.kernel.statx(
                scratch.errno,
                fd,
                memory.emptyPath(),
                AT_EMPTY_PATH,
                Stat.STATUS_MASK,
                memory.statx());
      } finally {
        engine.kernel.close(scratch.errno, fd);
      }
      return result < 0 ? Errno.EAGAIN.negated() : result; // the ring's says what is wrong
    } finally {
      engine.slots.release(scratch);
    }
  }

  // ---- what is common

  /** Sets the values of an SQE. */
  private interface Setter {
    void set(Operation operation);
  }

  private static int run(RingEngine engine, String what, AutoCloseable memory, Setter setter)
      throws IOException {
    return run(engine, what, memory, setter, () -> {});
  }

  /**
   * Runs one request: its result, or a negated errno.
   *
   * @param memory closed when the kernel is done with it
   * @param taker takes out of {@code memory} what a request that succeeded has put there
   */
  private static int run(
      RingEngine engine, String what, AutoCloseable memory, Setter setter, Runnable taker)
      throws IOException {
    Operation operation = null;
    Request request = null;
    try {
      request = new Request();
      checkMayBegin(what);
      operation = engine.slots.acquire();
      setter.set(operation);
      int result = operation.runOrAbandon(engine.slots, memory, request);
      boolean gone =
          request.abandoned
              || (operation.causes() != 0
                  && (Errno.isCancelled(result) || Errno.EAGAIN.is(result)));
      if (gone) {
        throw gone(what);
      }
      if (result >= 0) {
        taker.run();
      }
      return result;
    } finally {
      if (request == null || !request.abandoned) {
        end(engine, operation, memory);
      }
    }
  }

  /** One that its caller may leave; what it has done is then nobody's. */
  private static final class Request implements Abandonable {
    boolean abandoned;

    @Override
    public void abandoned() {
      abandoned = true;
    }

    @Override
    public void dispose(int result) {}
  }

  /** Why a request was cancelled. */
  private static IOException gone(String what) {
    if (Interrupts.pending()) {
      return new InterruptedIOException(what + " was interrupted");
    }
    return Deadlines.isOver() ? Deadlines.timeout(what) : new AsynchronousCloseException();
  }

  private static void end(RingEngine engine, Operation operation, AutoCloseable memory) {
    if (operation != null && !operation.isReusable()) {
      operation.keep(memory); // the ring failed: the kernel may not be done with it
    } else {
      try {
        memory.close();
      } catch (Exception e) {
        throw new AssertionError("giving memory back does not fail", e);
      }
    }
    if (operation != null) {
      operation.end();
      engine.slots.release(operation);
    }
  }

  private static void checkMayBegin(String what) throws InterruptedIOException {
    if (Interrupts.pending()) {
      throw new InterruptedIOException(what + ": the thread was interrupted before the operation");
    }
    Deadlines.check(what);
  }

  private static Gate gate(RingEngine engine, Path path) {
    return engine.pathGate(engine.remoteMounts.of(path));
  }

  private static Gate gate(RingEngine engine, Path path, Path other) {
    Path remote = engine.remoteMounts.of(path);
    return engine.pathGate(remote != null ? remote : engine.remoteMounts.of(other));
  }

  private static void check(int result, Path path, Path other, String what) throws IOException {
    if (result < 0) {
      throw Errno.exception(result, path.toString(), other == null ? null : other.toString(), what);
    }
  }

  /** Memory for two paths. There is none, null, for one that is longer than the kernel takes. */
  private static final class PathPair implements AutoCloseable {
    final PathMemory one = PathMemory.acquire();
    final PathMemory other = PathMemory.acquire();

    static PathPair of(Path one, Path other) throws IOException {
      return of(one, other, false);
    }

    /** The first is what a symbolic link leads to, and means what the link's place makes it. */
    static PathPair ofTargetAndLink(Path target, Path link) throws IOException {
      return of(target, link, true);
    }

    private static PathPair of(Path one, Path other, boolean oneIsTarget) throws IOException {
      PathPair pair = new PathPair();
      try {
        if (oneIsTarget) {
          pair.one.setTarget(one);
        } else {
          pair.one.setPath(one);
        }
        pair.other.setPath(other);
        return pair;
      } catch (FileSystemException e) {
        pair.close();
        return null;
      } catch (Throwable t) {
        pair.close();
        throw t;
      }
    }

    @Override
    public void close() {
      one.close();
      other.close();
    }
  }
}
