package io.github.loomuring.support;

import java.nio.ByteBuffer;

/** Kinds of byte buffers. */
public enum Buffers {
  HEAP {
    @Override
    public ByteBuffer allocate(int bytes) {
      return ByteBuffer.allocate(bytes);
    }
  },
  /** Does not begin at the beginning of its array. */
  HEAP_SLICE {
    @Override
    public ByteBuffer allocate(int bytes) {
      return ByteBuffer.allocate(bytes + 12).slice(5, bytes);
    }
  },
  DIRECT {
    @Override
    public ByteBuffer allocate(int bytes) {
      return ByteBuffer.allocateDirect(bytes);
    }
  },
  /** Does not begin at the beginning of its memory. */
  DIRECT_SLICE {
    @Override
    public ByteBuffer allocate(int bytes) {
      return ByteBuffer.allocateDirect(bytes + 12).slice(5, bytes);
    }
  };

  /** A buffer of zeros, its position 0 and its limit its capacity. */
  public abstract ByteBuffer allocate(int bytes);

  /** A buffer of {@code content}, from its position 0 to its limit. */
  public ByteBuffer of(byte[] content) {
    return allocate(content.length).put(content).flip();
  }

  /** All bytes up to the capacity. */
  public static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.duplicate().clear().get(bytes);
    return bytes;
  }
}
