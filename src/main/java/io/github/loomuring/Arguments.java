package io.github.loomuring;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** Checks of what callers hand in. */
final class Arguments {
  private Arguments() {}

  static void checkNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + "=" + value + " is negative");
    }
  }

  static void checkOffset(long offset, long length) {
    checkNotNegative("offset", offset);
    if (offset > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "offset=" + offset + " and length=" + length + " exceed Long.MAX_VALUE");
    }
  }

  /** Of a range that has at least one byte. */
  static void checkRange(long offset, long length) {
    if (length <= 0) {
      throw new IllegalArgumentException("length=" + length + " is not positive");
    }
    checkOffset(offset, length);
  }

  /** Of a range that without a length goes to the end of the file. */
  static void checkRangeToEnd(long offset, long length) {
    checkNotNegative("length", length);
    checkOffset(offset, length);
  }

  /** A set of its own, so that it stays as it is. */
  static Set<PosixFilePermission> copyOf(Set<PosixFilePermission> permissions) {
    Objects.requireNonNull(permissions, "permissions");
    Set<PosixFilePermission> copy = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission permission : permissions) {
      copy.add(Objects.requireNonNull(permission, "permissions contains null"));
    }
    return copy;
  }

  static void checkSegment(String name, MemorySegment segment) {
    Objects.requireNonNull(segment, name);
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException(name + "=" + segment + " is confined to another thread");
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(name + "=" + segment + " belongs to a closed arena");
    }
    if (!segment.isNative()) {
      checkOfBytes(name, segment);
    }
  }

  private static void checkOfBytes(String name, MemorySegment segment) {
    try {
      segment.asSlice(0, 0).asByteBuffer(); // a read-only segment does not show its array
    } catch (UnsupportedOperationException e) {
      throw new IllegalArgumentException(
          name + "=" + segment + " is of an array that is not a byte[]", e);
    }
  }

  /** Throws unless {@code buffers} are usable; the bytes they have, as a whole. */
  static long checkBuffers(String name, ByteBuffer[] buffers, boolean toBeWrittenTo) {
    Objects.requireNonNull(buffers, name);
    long length = 0;
    for (int i = 0; i < buffers.length; i++) {
      ByteBuffer buffer = Objects.requireNonNull(buffers[i], name + "[" + i + "]");
      if (toBeWrittenTo && buffer.isReadOnly()) {
        throw new IllegalArgumentException(name + "[" + i + "]=" + buffer + " is read-only");
      }
      length += buffer.remaining();
    }
    return length;
  }
}
