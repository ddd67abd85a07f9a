package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.platform.Permissions;
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

  static void times(RingFile file, FileTime lastModified, FileTime lastAccess) throws IOException {
    run(
        file,
        "setTimes",
        operation -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = arena.allocate(2 * TIMESPEC_BYTES, 8);
            set(times.asSlice(0, TIMESPEC_BYTES), lastAccess);
            set(times.asSlice(TIMESPEC_BYTES, TIMESPEC_BYTES), lastModified);
            return file.kernel().futimens(operation.errno, file.fd, times.address());
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

  static void permissions(RingFile file, Set<PosixFilePermission> permissions) throws IOException {
    int mode = Permissions.mode(permissions);
    run(
        file,
        "setPermissions",
        operation -> {
          int result = file.kernel().fchmod(operation.errno, file.fd, mode);
          return Attempt.isRefusedCall(result) && isSetByJdk(file, permissions) ? 0 : result;
        });
  }

  private static boolean isSetByJdk(RingFile file, Set<PosixFilePermission> permissions)
      throws IOException {
    try {
      Files.setPosixFilePermissions(file.descriptorPath(), permissions);
      return true;
    } catch (FileSystemException e) {
      return false; // the first refusal says why
    }
  }

  /** What is called for an operation. */
  private interface Call {
    int by(Operation operation) throws IOException;
  }

  private static void run(RingFile file, String what, Call call) throws IOException {
    Operation operation = file.start();
    try {
      file.markDirty();
      int result = file.engine.offload.call(() -> call.by(operation));
      if (result < 0) {
        throw file.failure(result, operation, what, 0, -1);
      }
    } finally {
      file.end(operation);
    }
  }
}
