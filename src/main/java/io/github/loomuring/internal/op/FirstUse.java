package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.Advice;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.Space;
import io.github.loomuring.internal.watch.Permits;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.util.List;

/** The first request of an engine, and what has to be made sure of before it has callers. */
final class FirstUse {
  private static final byte[] REQUIRED_OPCODES = {
    IORING_OP_NOP,
    IORING_OP_READ,
    IORING_OP_WRITE,
    IORING_OP_OPENAT,
    IORING_OP_FSYNC,
    IORING_OP_STATX,
    IORING_OP_ASYNC_CANCEL,
    IORING_OP_POLL_ADD
  };

  /** The classes of this package whose initialisation needs memory. */
  static final List<Class<?>> INITIALISED =
      List.of(
          Attempt.Meaning.class,
          Descriptor.class,
          FileReferences.class,
          PathMemory.class,
          RingFile.class,
          Scratch.class,
          SharedRequest.Departure.class,
          StateWord.class,
          Transfer.class,
          TransferRequest.Next.class,
          Waiter.Look.class);

  private FirstUse() {}

  /** Makes sure that the ring works, and has what operations need. */
  static void of(Context context) throws UnavailableException {
    checkRequired(context);
    tryOnce(context);
  }

  private static void checkRequired(Context context) throws UnavailableException {
    for (byte opcode : REQUIRED_OPCODES) {
      if (!context.supports(opcode)) {
        throw new UnavailableException(
            "the kernel's io_uring lacks opcode " + opcode + "; use Linux 5.6 or later");
      }
    }
  }

  /**
   * Sends one request round. It proves that the ring works, and has the reaper load every class
   * that it needs, which it could not do later in a process that is out of descriptors.
   */
  private static void tryOnce(Context context) throws UnavailableException {
    try {
      initialiseClasses();
      Operation operation = context.slots.acquire();
      Sqe.prepNop(operation, context.gates.room);
      int result = context.requests.runUninterruptibly(operation);
      operation.end();
      context.slots.release(operation);
      if (result < 0) {
        throw new UnavailableException(
            "IORING_OP_NOP: " + Errno.describe(result),
            UnavailableException.Prospect.UNKNOWN,
            null);
      }
    } catch (IOException e) {
      throw new UnavailableException(
          "a request could not be sent: " + e, UnavailableException.Prospect.UNKNOWN, e);
    }
  }

  /**
   * Initialises classes while there is memory for it. A class that fails once, in the middle of a
   * call, fails for the life of the process.
   */
  private static void initialiseClasses() {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      for (Class<?> type : INITIALISED) {
        lookup.ensureInitialized(type);
      }
    } catch (IllegalAccessException e) {
      throw new AssertionError("the classes are of this package", e);
    }
    new Permits(1).leave(Permits.UNNEEDED);
    PathMemory.acquire().close();
    Scratch.acquire().release();
    // For the classes that javac makes of their switches over enums.
    Advise.code(Advice.NORMAL);
    ChangeSpace.mode(Space.ALLOCATE);
  }
}
