package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.ErrorNumber.*;
import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.ErrorNumber;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.spi.OpenSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * An open on its caller, before a request is sent: of what is in the dentry and inode caches, which
 * does not wait; or one that creates or truncates, where {@link Placement} lets it wait.
 */
final class OpenOnCaller {
  private OpenOnCaller() {}

  /** The descriptor, an errno that is certain, or EAGAIN if a request has to tell. */
  static int cached(
      Context context, Path remote, int flags, PathMemory memory, Operation operation) {
    int unknown = Errno.EAGAIN.negated();
    if (!Placement.mayOpenOnCaller(context, remote, flags)) {
      return unknown;
    }
    long how = memory.how(flags | O_NONBLOCK, RESOLVE_CACHED);
    int result =
        context.kernel.openat2(operation.errno, AT_FDCWD, memory.path(), how, OPEN_HOW_BYTES);
    return switch (ErrorNumber.of(result)) {
      // The kernel lacks the call, or a field of its argument.
      case ENOSYS, E2BIG -> {
        context.policy.noCachedOpens();
        yield unknown;
      }
      // It is not cached, or cannot be known without waiting; a signal; no memory.
      case EAGAIN, EINTR, ENOMEM, ENOBUFS -> unknown;
      // A flag is not known, or a profile of seccomp refuses the call. The ring's open uses another
      // call, and gives the error.
      case EINVAL, EPERM, EOPNOTSUPP -> unknown;
      default -> {
        operation.callerWork.done(0);
        yield result;
      }
    };
  }

  /** An open that may create or truncate a file; as {@link #cached}. */
  static int creating(
      Context context, Path path, OpenSpec spec, int flags, PathMemory memory, Operation operation)
      throws IOException {
    int unknown = Errno.EAGAIN.negated();
    if ((flags & (O_CREAT | O_TRUNC)) == 0) {
      return unknown; // it is not cached, and has to be read from the device
    }
    int result =
        NameCall.run(
            context,
            path,
            memory,
            false,
            (kernel, errno, directory, name) ->
                createIn(spec, flags, memory, kernel, errno, directory, name));
    int counted = memory.callerWork.take();
    if (counted >= 0) {
      operation.callerWork.done(counted);
    }
    if (result >= 0) {
      return result;
    }
    return switch (ErrorNumber.of(result)) {
      case ENOENT, EEXIST, EACCES, EISDIR -> result;
      // It is on another device, a symbolic link, or the ring's open gives the error.
      default -> unknown;
    };
  }

  private static int createIn(
      OpenSpec spec,
      int flags,
      PathMemory memory,
      Kernel kernel,
      MemorySegment errno,
      int directory,
      long name) {
    if ((flags & O_TRUNC) != 0 && !NameCall.isSmall(kernel, memory, directory, name)) {
      return NameCall.NOT_HERE;
    }
    int mode = (flags & O_CREAT) != 0 ? spec.mode() : 0;
    long how = memory.how(flags | O_NONBLOCK | O_NOFOLLOW, mode, RESOLVE_NO_XDEV);
    return kernel.openat2(errno, directory, name, how, OPEN_HOW_BYTES);
  }
}
