package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.O_CREAT;
import static io.github.loomuring.internal.linux.Fcntl.O_DSYNC;
import static io.github.loomuring.internal.linux.Fcntl.O_TRUNC;

import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
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

  /** Whether a write on the caller may wait, if writes have not waited long lately. */
  static boolean mayWaitInWrite(Handle handle, long length, long nowNanos) {
    return handle.context.policy.adaptive
        && length <= CALLER_WRITE_BYTES_MAX
        && handle.device.local
        && handle.device.quickWrites(nowNanos);
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
    return !handle.device.local && !handle.kind.fifo(); // its file system has no part in it
  }

  // ---- other operations on files

  /** Whether statx(2) of an open file answers from memory. */
  static boolean mayStatOnCaller(Handle handle) {
    return handle.device.local || !handle.kind.seekable();
  }

  /**
   * Whether close(2) runs on the caller: it cannot have to wait for a device, or the engine, and
   * with it the pool, is closed.
   */
  static boolean mayCloseOnCaller(Handle handle) {
    return (handle.device.local && !handle.isDirty()) || handle.context.slots.isClosed();
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

  /**
   * Whether all steps of writing a file may run on the caller.
   *
   * @param alone whether no other file is being written as a whole: several wait at once on the
   *     pool only
   * @param flags of the open
   */
  static boolean mayWriteWholeOnCaller(
      Context context, boolean alone, boolean flushed, int flags, int length) {
    return alone
        && context.policy.adaptive
        && !flushed
        && (flags & O_DSYNC) == 0
        && length <= CALLER_WRITE_BYTES_MAX
        && !Interrupts.pending()
        && !Deadlines.isOver();
  }

  /**
   * Whether the device of a file that is to be written as a whole lets its steps run on callers.
   */
  static boolean mayWriteWholeOnCaller(Device device, long nowNanos) {
    return device.local && device.quickWrites(nowNanos);
  }
}
