package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.Permissions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * {@code futimens(2)} and {@code fchmod(2)} on the pool: io_uring has no opcodes for them.
 *
 * <p>Where a profile of seccomp refuses fchmod, the JDK's call does it, which is another one; it
 * sets times by the same one.
 */
final class SetAttributes {
  private SetAttributes() {}

  static void times(RingFile file, FileTime lastModified, FileTime lastAccess) throws IOException {
    Operation operation = file.start();
    run(
        file,
        operation,
        "setTimes",
        () -> {
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
    Operation operation = file.start();
    run(
        file,
        operation,
        "setPermissions",
        () -> {
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

  /** Runs {@code call} for {@code operation}, which it ends. */
  private static void run(RingFile file, Operation operation, String what, Callable<Integer> call)
      throws IOException {
    try {
      file.markDirty();
      int result = file.engine.offload.call(call);
      if (result < 0) {
        throw file.failure(result, operation, what, 0, -1);
      }
    } finally {
      file.end(operation);
    }
  }
}
