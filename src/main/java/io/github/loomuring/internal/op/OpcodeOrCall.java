package io.github.loomuring.internal.op;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.watch.Permits;
import java.io.IOException;

/**
 * The system call on the caller, where {@link Placement} lets it wait there; otherwise a request
 * for the same, or the call on the pool, where the kernel lacks the opcode.
 */
final class OpcodeOrCall {
  private OpcodeOrCall() {}

  /**
   * Does what the prepared request of {@code operation} asks for: its result, or a negated errno.
   *
   * @param permits of the file's device, for calls of this kind
   * @param bytes how many the kernel may have to free, allocate or copy meanwhile
   */
  static int run(Handle handle, Operation operation, Sqe.Call call, Permits permits, long bytes)
      throws IOException {
    int permit = Placement.permitToCall(handle, permits, bytes);
    if (permit != Permits.NONE) {
      int result = onCaller(handle, operation, call, permits, permit);
      if (result >= 0 || !Attempt.isDecidedByRing(result)) {
        return result;
      }
    }
    return handle.context.supports(operation.opcode())
        ? handle.run(operation)
        : onPool(handle.context, operation, call);
  }

  private static int onCaller(
      Handle handle, Operation operation, Sqe.Call call, Permits permits, int permit) {
    try {
      return repeat(handle.context, operation, call);
    } finally {
      operation.callerWork.lasted(permits.leave(permit));
      operation.callerWork.done(0);
    }
  }

  /** Makes the system call with the arguments of the prepared request. */
  static int onPool(Context context, Operation operation, Sqe.Call call) throws IOException {
    assert !operation.isInFlight() : operation;
    return context.pool.call(() -> repeat(context, operation, call));
  }

  /** Repeats a call that a signal ended: the JVM's own signals are no interrupts of the caller. */
  private static int repeat(Context context, Operation operation, Sqe.Call call) {
    long result;
    do {
      result = call.by(context.kernel, operation);
    } while (Errno.EINTR.is(result));
    return (int) result;
  }
}
