package io.github.loomuring.internal.op;

import io.github.loomuring.internal.ring.RequestCalls;
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
  static int run(Handle handle, Operation operation, Permits permits, long bytes)
      throws IOException {
    int permit = Placement.permitToCall(handle, permits, bytes);
    if (permit != Permits.NONE) {
      int result = onCaller(handle, operation, permits, permit);
      if (result >= 0 || !Attempt.isDecidedByRing(result)) {
        return result;
      }
    }
    return handle.context.supports(operation.opcode())
        ? handle.run(operation)
        : onPool(handle.context, operation);
  }

  private static int onCaller(Handle handle, Operation operation, Permits permits, int permit) {
    try {
      return RequestCalls.carryOut(handle.kernel(), operation, operation.errno);
    } finally {
      operation.callerWork.lasted(permits.leave(permit));
      operation.callerWork.done(0);
    }
  }

  /** Makes the system call with the arguments of the prepared request. */
  static int onPool(Context context, Operation operation) throws IOException {
    assert !operation.isInFlight() : operation;
    return context.pool.call(
        () -> RequestCalls.carryOut(context.kernel, operation, operation.errno));
  }
}
