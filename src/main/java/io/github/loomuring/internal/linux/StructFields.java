package io.github.loomuring.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/**
 * Fields of C structs, and checks of a struct's size and offsets. Used by assertions when classes
 * with struct layouts are initialised.
 */
final class StructFields {
  private StructFields() {}

  static MemoryLayout u8(String name) {
    return JAVA_BYTE.withName(name);
  }

  static MemoryLayout u16(String name) {
    return JAVA_SHORT.withName(name);
  }

  static MemoryLayout u32(String name) {
    return JAVA_INT.withName(name);
  }

  static MemoryLayout u64(String name) {
    return JAVA_LONG.withName(name);
  }

  /** Throws an AssertionError if {@code struct} does not have {@code bytes} bytes. */
  static void size(StructLayout struct, long bytes) {
    check(struct + ", size", bytes, struct.byteSize());
  }

  /** Throws an AssertionError if the field {@code name} is not at {@code offset}. */
  static void field(StructLayout struct, String name, long offset) {
    check(struct + ", " + name, offset, struct.byteOffset(PathElement.groupElement(name)));
  }

  /** Throws an AssertionError if a constant differs from the computed value. */
  static void check(String what, long constant, long computed) {
    if (constant != computed) {
      throw new AssertionError(what + ": constant=" + constant + ", computed=" + computed);
    }
  }
}
