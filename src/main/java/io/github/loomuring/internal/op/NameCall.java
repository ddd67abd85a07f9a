package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.schedule.Turns;
import io.github.loomuring.internal.watch.Permits;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A system call on a name, made on its caller, where {@link Placement} lets it wait there.
 *
 * <p>The call is made in the name's directory, which is opened from the dentry cache, and without
 * waiting. So its device is known, and nothing on the way to the name can ask a remote file system,
 * behind a symbolic link for example.
 */
final class NameCall {
  /** In place of a result: a request has to make the call, and nothing is done yet. */
  static final int NOT_HERE = Integer.MIN_VALUE;

  private static final int DIRECTORY_FLAGS = O_PATH | O_DIRECTORY | O_CLOEXEC;

  /** The call. */
  interface Call {
    /**
     * Makes the call: its result, a negated errno, or {@link #NOT_HERE}.
     *
     * @param directory a descriptor that is open for as long as the call lasts
     * @param name address of the C string of a name in it
     */
    int by(Kernel kernel, MemorySegment errno, int directory, long name) throws IOException;
  }

  /** The call on two names. */
  interface CallOnTwo {
    int by(
        Kernel kernel,
        MemorySegment errno,
        int directory,
        long name,
        int otherDirectory,
        long otherName);
  }

  private NameCall() {}

  /**
   * Makes a call on a path: its result, a negated errno, or {@link #NOT_HERE}.
   *
   * @param path of {@code memory}
   * @param forces whether the call writes data to the device
   */
  static int run(Context context, Path path, PathMemory memory, boolean forces, Call call)
      throws IOException {
    if (!Placement.mayCallOnNames(context) || context.remoteMounts.of(path) != null) {
      return NOT_HERE;
    }
    long name = memory.splitName();
    if (name == 0) {
      return NOT_HERE;
    }
    int directory = NOT_HERE;
    try {
      directory = open(context, memory);
      return directory < 0 ? NOT_HERE : underPermit(context, memory, directory, name, forces, call);
    } finally {
      close(context, memory, directory);
      memory.joinName();
    }
  }

  /**
   * As {@link #run}, for an operation that does nothing else: unless the result is {@link
   * #NOT_HERE}, the memory is given back, and the thread's turn is over if others wait.
   *
   * @param what the operation, with its path, for messages
   */
  static int runAndClose(Context context, String what, Path path, PathMemory memory, Call call)
      throws IOException {
    int result = 0;
    try {
      Cancellation.check(what);
      result = run(context, path, memory, false, call);
    } finally {
      if (result != NOT_HERE) {
        close(memory);
      }
    }
    return result;
  }

  /** As {@link #runAndClose}, for a call on two paths. */
  static int runAndClose(
      Context context, String what, Path path, Path other, PathRequest.Paths paths, CallOnTwo call)
      throws IOException {
    int result = 0;
    try {
      Cancellation.check(what);
      result =
          context.remoteMounts.of(other) != null
              ? NOT_HERE
              : run(
                  context,
                  path,
                  paths.first,
                  false,
                  (_, _, directory, name) -> inOther(context, paths, directory, name, call));
    } finally {
      if (result != NOT_HERE) {
        paths.second.close();
        close(paths.first);
      }
    }
    return result;
  }

  private static int inOther(
      Context context, PathRequest.Paths paths, int directory, long name, CallOnTwo call) {
    PathMemory memory = paths.second;
    long otherName = memory.splitName();
    if (otherName == 0) {
      return NOT_HERE;
    }
    int other = NOT_HERE;
    try {
      other = open(context, memory);
      return other >= 0
              && stat(context, memory, other) >= 0
              && memory.statDevice() == paths.first.statDevice() // the permit is that device's
              && isSmall(context.kernel, memory, other, otherName) // it may be replaced, and freed
          ? call.by(context.kernel, memory.scratch.errno, directory, name, other, otherName)
          : NOT_HERE;
    } finally {
      close(context, memory, other);
      memory.joinName();
    }
  }

  private static void close(PathMemory memory) {
    int counted = memory.callerWork.take();
    memory.close();
    if (counted >= 0) {
      Turns.count(counted); // last: it may wait
    }
  }

  private static int underPermit(
      Context context, PathMemory memory, int directory, long name, boolean forces, Call call)
      throws IOException {
    if (stat(context, memory, directory) < 0) {
      return NOT_HERE;
    }
    Device device = context.devices.of(memory.statDevice(), directory);
    Permits permits = forces ? device.forcePermits : device.permits;
    int permit = Placement.permitToCall(device, permits);
    if (permit == Permits.NONE) {
      return NOT_HERE;
    }
    try {
      int result;
      do {
        result = call.by(context.kernel, memory.scratch.errno, directory, name);
      } while (Errno.EINTR.is(result)); // a signal of the JVM is no interrupt
      // The call may be refused by a profile of seccomp that lets the request pass.
      return result < 0 && Attempt.isDecidedByRing(result) ? NOT_HERE : result;
    } finally {
      memory.callerWork.lasted(permits.leave(permit));
      memory.callerWork.done(0);
    }
  }

  /** Asks for the device of a directory. */
  private static int stat(Context context, PathMemory memory, int directory) {
    int flags = AT_EMPTY_PATH | AT_STATX_DONT_SYNC;
    return memory.statx(context.kernel, directory, memory.emptyPath(), flags, STATX_TYPE);
  }

  private static int open(Context context, PathMemory memory) {
    long how = memory.how(DIRECTORY_FLAGS, RESOLVE_CACHED);
    return context.kernel.openat2(
        memory.scratch.errno, AT_FDCWD, memory.path(), how, OPEN_HOW_BYTES);
  }

  /** A descriptor of O_PATH: its close drops no lock, and does not wait. */
  private static void close(Context context, PathMemory memory, int directory) {
    if (directory >= 0) {
      context.kernel.close(memory.scratch.errno, directory);
    }
  }

  /**
   * Whether a name is missing, or of no large file, so that it can be removed or truncated quickly.
   * Not if it is a mount point: another device may be one that waits longer.
   */
  static boolean isSmall(Kernel kernel, PathMemory memory, int directory, long name) {
    long device = memory.statDevice();
    int flags = AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC;
    int status = memory.statx(kernel, directory, name, flags, STATX_TYPE | STATX_SIZE);
    return status < 0
        ? Errno.ENOENT.is(status)
        : memory.statDevice() == device && memory.statSize() <= Placement.CALLER_SPACE_BYTES_MAX;
  }
}
