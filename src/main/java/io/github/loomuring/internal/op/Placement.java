package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.O_CREAT;
import static io.github.loomuring.internal.linux.Fcntl.O_TRUNC;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.watch.Permits;
import java.nio.file.Path;

/**
 * Where a call runs: the one place that decides it, for every operation.
 *
 * <p>On its caller, as a plain system call, if the policy allows that and the call does not wait,
 * or hardly ever. Otherwise as a request of the ring, by a worker of the kernel from the start if
 * it may block in {@code io_uring_enter}; or on the pool, if the ring cannot do it. An attempt on
 * the caller that comes to nothing ({@link Attempt}) is followed by a request.
 */
final class Placement {
  /** The most bytes a plain write on the caller may copy. */
  static final int CALLER_WRITE_BYTES_MAX = 256 << 10;

  /** The most bytes a call on the caller may free, allocate or copy in the kernel. */
  static final long CALLER_SPACE_BYTES_MAX = 1 << 20;

  /** One in so many reads of a file tries again, if the last attempt missed the page cache. */
  private static final int ATTEMPT_EVERY = 8;

  private Placement() {}

  // ---- transfers

  /** Whether a read is first tried on the caller, where it does not wait. */
  static boolean mayReadOnCaller(Handle handle, Operation operation) {
    if (!handle.context.policy.nonBlocking || handle.kind.memoryAlignment() != 0) {
      return false;
    }
    if (!handle.kind.seekable()) {
      // It must not overtake reads that wait.
      return handle.kind.fifo() && handle.readGate.inside() == 0;
    }
    if (!handle.device.nowaitReads()) {
      return false;
    }
    // An attempt that misses is lost time, and starts read-ahead, which takes room on the device
    // outside the gate.
    return !handle.missedCache
        || (operation.callerWork.isNthReadOfMissing(ATTEMPT_EVERY) && !handle.readGate.isFull());
  }

  /** Whether a write is first tried on the caller, in one way or another. */
  static boolean mayWriteOnCaller(Handle handle) {
    return handle.context.policy.nonBlocking
        && handle.kind.memoryAlignment() == 0
        && !handle.kind.synchronous()
        && handle.kind.seekable()
        && !handle.writeGate.isFull();
  }

  /**
   * A permit of the file's device to make a call on the caller, where it may wait until the kernel
   * lets go: {@link Permits#NONE} if it is to be a request, or the pool's. A caller with a deadline
   * gets none, because only requests can be ended.
   */
  private static int permit(Handle handle, Permits permits) {
    return handle.context.policy.adaptive
            && handle.device.local
            && handle.kind.seekable()
            && !handle.kind.block()
            && !Deadlines.isSet()
        ? permits.tryEnter()
        : Permits.NONE;
  }

  /** Whether a request may complete within the time that waking a thread takes. */
  static boolean isPolled(Handle handle) {
    return handle.kind.seekable() && handle.device.local && !handle.kind.synchronous();
  }

  /**
   * Whether a request is run by a worker of the kernel from the start. FUSE files say that they can
   * be read without blocking and then wait for their daemon, in io_uring_enter, under the lock that
   * every other entry into the ring needs.
   */
  static boolean isForWorker(Handle handle) {
    if (handle.kind.fifo()) {
      return false; // its file system has no part in it
    }
    // A device that poll(2) says is ready may block all the same: a terminal with room for a few
    // bytes. The kernel believes poll(2), and would block in io_uring_enter.
    return !handle.device.local || !handle.kind.seekable();
  }

  // ---- other operations on files

  /** Whether statx(2) of an open file answers from memory. */
  static boolean mayStatOnCaller(Handle handle) {
    return handle.device.local || !handle.kind.seekable();
  }

  /**
   * A permit to make a plain write, or a call of another kind, on the caller.
   *
   * @param permits of the file's device, for calls of this kind
   * @param bytes how many the kernel may have to free, allocate or copy meanwhile
   */
  static int permitToCall(Handle handle, Permits permits, long bytes) {
    return bytes <= CALLER_SPACE_BYTES_MAX ? permit(handle, permits) : Permits.NONE;
  }

  /**
   * A permit to call close(2) on the caller: none is needed where it cannot have to wait for a
   * device, or where the engine, and with it the pool, is closed.
   */
  static int permitToClose(Handle handle) {
    return (handle.device.local && !handle.isDirty()) || handle.context.slots.isClosed()
        ? Permits.UNNEEDED
        : permit(handle, handle.device.permits);
  }

  // ---- operations on paths

  /**
   * Whether an open is first tried on the caller, with RESOLVE_CACHED.
   *
   * @param remote mount point of the path's file system; null if that is local
   */
  static boolean mayOpenOnCaller(Context context, Path remote, int flags) {
    return context.policy.cachedOpens() && remote == null && (flags & (O_CREAT | O_TRUNC)) == 0;
  }

  /** Whether a name is first looked up on the caller, with RESOLVE_CACHED. */
  static boolean mayLookUpOnCaller(Context context, Path path) {
    return context.policy.cachedOpens()
        && context.remoteMounts.of(path) == null
        && !Interrupts.pending()
        && !Deadlines.isOver();
  }

  /** Whether a file that is open may be read as a whole on the caller, with RWF_NOWAIT. */
  static boolean mayReadWholeOnCaller(Context context, Device device) {
    return context.policy.nonBlocking && device.local && device.nowaitReads();
  }

  /** Whether the steps of writing a file as a whole may run on the caller, under a permit. */
  static boolean mayWriteWholeOnCaller(Context context, int length) {
    return length <= CALLER_WRITE_BYTES_MAX && mayCallOnNames(context) && !Interrupts.pending();
  }

  /** Whether calls on names may run on the caller, under a permit of the directory's device. */
  static boolean mayCallOnNames(Context context) {
    return context.policy.adaptive
        && context.policy.cachedOpens()
        && !context.slots.isClosed()
        && !Deadlines.isSet();
  }

  /** A permit to make a call on a name in a directory on {@code device}. */
  static int permitToCall(Device device, Permits permits) {
    return device.local ? permits.tryEnter() : Permits.NONE;
  }
}
