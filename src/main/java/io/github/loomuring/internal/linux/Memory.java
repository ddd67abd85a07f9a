package io.github.loomuring.internal.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Access to native memory that the kernel shares with the library, with the memory order in the
 * method's name, and segments for addresses, which belong to no arena.
 */
@SuppressWarnings("restricted")
public final class Memory {
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  /** A multiple of the page size of every supported kernel configuration (4, 16 and 64 KiB). */
  public static final long PAGE_BYTES = 65_536;

  private Memory() {}

  public static int intAcquire(MemorySegment segment, long offset) {
    return (int) INT.getAcquire(segment, offset);
  }

  public static void intRelease(MemorySegment segment, long offset, int value) {
    INT.setRelease(segment, offset, value);
  }

  public static int intVolatile(MemorySegment segment, long offset) {
    return (int) INT.getVolatile(segment, offset);
  }

  /** A segment of {@code size} bytes at {@code address}, valid as long as that memory is. */
  public static MemorySegment at(long address, long size) {
    return MemorySegment.ofAddress(address).reinterpret(size);
  }

  /**
   * Whether {@code thread} may access segments of {@code arena}. Allocates nothing in the arena.
   */
  public static boolean isAccessible(Arena arena, Thread thread) {
    return MemorySegment.NULL.reinterpret(arena, null).isAccessibleBy(thread);
  }
}
