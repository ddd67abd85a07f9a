package io.github.loomuring.internal.op;

import io.github.loomuring.internal.linux.Errno;
import java.io.IOException;

/** A request, or the system call for the same on the pool where the kernel lacks the opcode. */
final class OpcodeOrCall {
  private OpcodeOrCall() {}

  /** Runs the prepared request of {@code operation}: its result, or a negated errno. */
  static int run(Handle handle, Operation operation, Sqe.Call call) throws IOException {
    return handle.context.supports(operation.opcode())
        ? handle.run(operation)
        : onPool(handle.context, operation, call);
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
