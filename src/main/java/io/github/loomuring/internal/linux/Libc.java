package io.github.loomuring.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.jvm.Deferred;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Finds functions of libc and calls them by the foreign function API.
 *
 * <p>Errno is captured with each call: by the time Java code could ask for it, the JVM may have
 * overwritten it. Any thread may call.
 */
@SuppressWarnings("restricted")
final class Libc {
  /*
   * Every function is called in one shape, six 64-bit integers in and one out, whatever its
   * parameters are: linking a shape costs tens of milliseconds, finding a function some
   * microseconds. Both ABIs (System V x86_64, AAPCS64) allow that for the functions used here. They
   * pass integers and pointers in 64-bit registers. A function reads the lower half of one for an
   * int, and does not read registers beyond its parameters. A variadic function finds its arguments
   * in the same registers. If a function returns an int, the upper half of the result is undefined.
   *
   * Pointers are passed as integers too, so that a call needs no MemorySegment for memory that no
   * Java object owns.
   *
   * All that a call needs is linked when the class is initialised: later there may be too little
   * stack for that, or no descriptor left.
   */

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle CALL =
      LINKER.downcallHandle(SHAPE, Linker.Option.captureCallState("errno"));

  private static final long ERRNO_OFFSET = errnoOffset();
  private static final String GLIBC = "libc.so.6";

  /** A constant of this class, so that Errno is not initialised when there is no memory. */
  private static final int NO_MEMORY = Errno.ENOMEM.negated();

  /** Links the calls of {@link Quick}; a program of few calls does without them. */
  private static final Deferred QUICK =
      new Deferred("loom-uring-linker", 500) {
        @Override
        protected void work() {
          Quick.call(find("sched_yield"), 0, 0, 0, 0, 0, 0);
        }
      };

  private Libc() {}

  /**
   * The address of a function.
   *
   * @throws UnsupportedOperationException if there is none of this name
   */
  static MemorySegment find(String name) {
    MemorySegment function = LIBC.find(name).orElse(null);
    if (function == null) {
      function = findInGlibc(name);
    }
    if (function == null) {
      throw new UnsupportedOperationException("libc has no " + name);
    }
    return function;
  }

  /**
   * Looks for a function in the libc that the JVM itself runs on. The JDK's default look-up opens a
   * library for it, once; if there was no descriptor for that, it never finds anything.
   */
  private static MemorySegment findInGlibc(String name) {
    try {
      return SymbolLookup.libraryLookup(GLIBC, Arena.global()).find(name).orElse(null);
    } catch (IllegalArgumentException e) {
      return null; // another libc
    }
  }

  private static long errnoOffset() {
    StructLayout layout = Linker.Option.captureStateLayout();
    if (ADDRESS.byteSize() != 8 || layout.byteSize() > Kernel.ERRNO_BYTES) {
      throw new UnsupportedOperationException("not a 64-bit Linux: " + ADDRESS + layout);
    }
    return layout.byteOffset(PathElement.groupElement("errno"));
  }

  /**
   * Calls a function that returns a long. Returns its result, the negated errno for -1, or a
   * negated ENOMEM if the call was not made: the JDK makes an object for a call that captures
   * errno, and there may be no memory for it.
   */
  static long call(
      MemorySegment errno, MemorySegment function, long a, long b, long c, long d, long e, long f) {
    try {
      return invoke(errno, function, false, a, b, c, d, e, f);
    } catch (OutOfMemoryError t) {
      return NO_MEMORY;
    }
  }

  /** As {@link #call} for a function that returns an int. */
  static int intCall(
      MemorySegment errno, MemorySegment function, long a, long b, long c, long d, long e, long f) {
    try {
      return (int) invoke(errno, function, true, a, b, c, d, e, f);
    } catch (OutOfMemoryError t) {
      return NO_MEMORY;
    }
  }

  /**
   * Calls a function. Returns its result, or the negated errno for -1.
   *
   * @throws OutOfMemoryError if there is no memory for the call, which was not made then
   */
  static long invoke(
      MemorySegment errno,
      MemorySegment function,
      boolean returnsInt,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f) {
    try {
      long register = (long) CALL.invokeExact(function, errno, a, b, c, d, e, f);
      long result = returnsInt ? (int) register : register;
      return result == -1 ? -errno.get(JAVA_INT, ERRNO_OFFSET) : result;
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /**
   * As {@link #call}, for calls of which millions are made.
   *
   * <p>The first call captures no errno: the JDK makes a slice of the capture segment in each call
   * that does, which its compiler does not always remove again. A call that failed has done
   * nothing, so it is made again to learn why.
   */
  static long hotCall(
      MemorySegment errno, MemorySegment function, long a, long b, long c, long d, long e, long f) {
    if (QUICK.isDone()) {
      long result = Quick.call(function, a, b, c, d, e, f);
      if (result >= 0) {
        return result;
      }
    }
    return call(errno, function, a, b, c, d, e, f);
  }

  /** Calls without errno, see {@link #hotCall}; linked when {@link #QUICK} does its work. */
  private static final class Quick {
    private static final MethodHandle CALL = LINKER.downcallHandle(SHAPE);

    static long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
      try {
        return (long) CALL.invokeExact(function, a, b, c, d, e, f);
      } catch (OutOfMemoryError t) {
        return NO_MEMORY;
      } catch (Throwable t) {
        throw unexpected(t);
      }
    }
  }

  private static AssertionError unexpected(Throwable t) {
    if (t instanceof Error e) {
      throw e;
    }
    return new AssertionError("a downcall does not throw", t);
  }
}
