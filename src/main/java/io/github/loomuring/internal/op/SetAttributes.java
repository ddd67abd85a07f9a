package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.platform.Permissions;
import io.github.loomuring.internal.watch.Permits;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Set;

/**
 * {@code futimens(2)} and {@code fchmod(2)} on the pool: io_uring has no opcodes for them.
 *
 * <p>Where a profile of seccomp refuses fchmod, the JDK's call does it, which is another one; it
 * sets times by the same one.
 */
final class SetAttributes {
  private SetAttributes() {}

  static void times(Handle handle, FileTime lastModified, FileTime lastAccess) throws IOException {
    run(
        handle,
        "setTimes",
        operation -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = arena.allocate(2 * TIMESPEC_BYTES, 8);
            set(times.asSlice(0, TIMESPEC_BYTES), lastAccess);
            set(times.asSlice(TIMESPEC_BYTES, TIMESPEC_BYTES), lastModified);
            return handle.kernel().futimens(operation.errno, handle.fd, times.address());
          }
        });
  }

  private static void set(MemorySegment timespec, FileTime time) {
    if (time == null) {
      timespec.set(JAVA_LONG, TIMESPEC_TV_NSEC, UTIME_OMIT);
      return;
    }
    Instant instant = time.toInstant(); // its nanoseconds count forward before 1970 too
    timespec.set(JAVA_LONG, TIMESPEC_TV_SEC, instant.getEpochSecond());
    timespec.set(JAVA_LONG, TIMESPEC_TV_NSEC, instant.getNano());
  }

  static void permissions(Handle handle, Set<PosixFilePermission> permissions) throws IOException {
    int mode = Permissions.mode(permissions);
    run(
        handle,
        "setPermissions",
        operation -> {
          int result = handle.kernel().fchmod(operation.errno, handle.fd, mode);
          return Attempt.isRefusedCall(result) && isSetByJdk(handle, permissions) ? 0 : result;
        });
  }

  private static boolean isSetByJdk(Handle handle, Set<PosixFilePermission> permissions)
      throws IOException {
    try {
      Files.setPosixFilePermissions(handle.descriptorPath(), permissions);
      return true;
    } catch (FileSystemException e) {
      return false; // the first refusal says why
    }
  }

  /** The system call for an operation. */
  private interface Call {
    int by(Operation operation) throws IOException;
  }

  private static int call(Handle handle, Operation operation, Call call) throws IOException {
    int permit = Placement.permitToCall(handle, handle.device.permits, 0);
    if (permit == Permits.NONE) {
      return handle.context.pool.call(() -> call.by(operation));
    }
    try {
      return call.by(operation);
    } finally {
      operation.callerWork.lasted(handle.device.permits.leave(permit));
      operation.callerWork.done(0);
    }
  }

  private static void run(Handle handle, String what, Call call) throws IOException {
    Operation operation = handle.start();
    try {
      handle.markDirty();
      int result = call(handle, operation, call);
      if (result < 0) {
        throw handle.failure(result, operation, what);
      }
    } finally {
      handle.end(operation);
    }
  }
}
