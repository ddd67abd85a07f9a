package io.github.loomuring;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** Checks of the arguments of the API. */
final class Arguments {
  private Arguments() {}

  static void checkNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + "=" + value + " is negative");
    }
  }

  static void checkBetween(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + "=" + value + " is not from " + min + " to " + max);
    }
  }

  /** Checks the offset of {@code length} bytes; {@code length} itself is valid. */
  static void checkOffset(long offset, long length) {
    checkNotNegative("offset", offset);
    if (offset > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "the sum of offset=" + offset + " and length=" + length + " exceeds Long.MAX_VALUE");
    }
  }

  /** Checks a range that may be empty. */
  static void checkRange(long offset, long length) {
    checkNotNegative("length", length);
    checkOffset(offset, length);
  }

  /** Checks a range that must have at least one byte. */
  static void checkNonEmptyRange(long offset, long length) {
    if (length <= 0) {
      throw new IllegalArgumentException("length=" + length + " is not positive");
    }
    checkOffset(offset, length);
  }

  static void checkNotReadOnly(String name, ByteBuffer buffer) {
    if (buffer.isReadOnly()) {
      throw readOnly(name, buffer);
    }
  }

  static void checkNotReadOnly(String name, ByteBuffer[] buffers) {
    for (int i = 0; i < buffers.length; i++) {
      if (buffers[i].isReadOnly()) {
        throw readOnly(name + "[" + i + "]", buffers[i]);
      }
    }
  }

  static void checkNotReadOnly(String name, MemorySegment segment) {
    if (segment.isReadOnly()) {
      throw readOnly(name, segment);
    }
  }

  static IllegalArgumentException readOnly(String name, Object memory) {
    return new IllegalArgumentException(name + "=" + memory + " is read-only");
  }

  /** Checks that the calling thread can transfer bytes to or from {@code segment} now. */
  static void checkSegment(String name, MemorySegment segment) {
    Objects.requireNonNull(segment, name);
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException(name + "=" + segment + " is confined to another thread");
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(name + "=" + segment + " belongs to a closed arena");
    }
    if (!segment.isNative()) {
      checkBackedByBytes(name, segment);
    }
  }

  private static void checkBackedByBytes(String name, MemorySegment segment) {
    try {
      segment.asSlice(0, 0).asByteBuffer(); // a read-only segment does not show its array
    } catch (UnsupportedOperationException e) {
      throw new IllegalArgumentException(
          name + "=" + segment + " is backed by an array that is not a byte[]", e);
    }
  }

  /** Checks that no buffer is null, and returns how many bytes remain in all of them together. */
  static long remaining(String name, ByteBuffer[] buffers) {
    long remaining = 0;
    for (int i = 0; i < buffers.length; i++) {
      if (buffers[i] == null) {
        throw new NullPointerException(name + "[" + i + "] is null");
      }
      remaining += buffers[i].remaining();
    }
    return remaining;
  }

  /** Checks that {@code permissions} has no null, and returns a copy that nobody else changes. */
  static Set<PosixFilePermission> copyOfPermissions(Set<PosixFilePermission> permissions) {
    Objects.requireNonNull(permissions, "permissions");
    Set<PosixFilePermission> copy = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission permission : permissions) {
      copy.add(Objects.requireNonNull(permission, "permissions contains null"));
    }
    return copy;
  }
}
