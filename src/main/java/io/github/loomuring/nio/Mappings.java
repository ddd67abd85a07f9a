package io.github.loomuring.nio;

import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.spi.EngineFile.PlainUse;
import io.github.loomuring.internal.spi.EngineFile.PlainWork;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel.MapMode;
import java.util.Objects;

/** Mappings of a channel's file, made by a JDK's channel of the same file. */
final class Mappings {
  private Mappings() {}

  static MappedByteBuffer map(UringFileChannel channel, MapMode mode, long position, long size)
      throws IOException {
    Objects.requireNonNull(mode, "mode");
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("size=" + size + " exceeds Integer.MAX_VALUE");
    }
    Checks.open(channel);
    Checks.region(position, size);
    return run(channel, PlainUse.POOL, plain -> plain.map(mode, position, size));
  }

  static MemorySegment map(
      UringFileChannel channel, MapMode mode, long offset, long size, Arena arena)
      throws IOException {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(arena, "arena");
    PlainUse use = PlainUse.of(arena);
    Checks.open(channel);
    Checks.region(offset, size);
    return run(channel, use, plain -> plain.map(mode, offset, size, arena));
  }

  private static <T> T run(UringFileChannel channel, PlainUse use, PlainWork<T> work)
      throws IOException {
    T mapping;
    try {
      mapping = Access.get().engineFile(channel.file).withPlainChannel(use, work);
    } catch (ClosedByInterruptException e) {
      // The JDK's channel is closed; this one need not be.
      IOException end = channel.file.isOpen() ? Deadlines.ended(channel + ": map") : e;
      throw Endings.failed(channel, channel, end);
    } catch (IOException e) {
      throw Endings.failed(channel, channel, e);
    }
    Endings.checkNotInterrupted(channel, channel);
    return mapping;
  }
}
