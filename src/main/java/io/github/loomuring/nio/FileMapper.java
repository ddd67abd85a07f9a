package io.github.loomuring.nio;

import io.github.loomuring.UringFile;
import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.spi.EngineFile.ChannelUse;
import io.github.loomuring.internal.spi.EngineFile.ChannelWork;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.MappedByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel.MapMode;
import java.util.Objects;

/**
 * Maps regions of a channel's file into memory. A channel of the JDK, opened on the same file, does
 * the mapping. Any thread may call.
 */
final class FileMapper {
  private final Channel channel;
  private final UringFile file;
  private final InterruptHandler interrupts;

  FileMapper(Channel channel, UringFile file, InterruptHandler interrupts) {
    this.channel = channel;
    this.file = file;
    this.interrupts = interrupts;
  }

  MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    Objects.requireNonNull(mode, "mode");
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("size=" + size + " exceeds Integer.MAX_VALUE");
    }
    Preconditions.checkOpen(channel);
    Preconditions.checkRegion(position, size);
    return map(ChannelUse.POOL, plain -> plain.map(mode, position, size));
  }

  MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(arena, "arena");
    ChannelUse use = ChannelUse.of(arena);
    Preconditions.checkOpen(channel);
    Preconditions.checkRegion(offset, size);
    return map(use, plain -> plain.map(mode, offset, size, arena));
  }

  private <T> T map(ChannelUse use, ChannelWork<T> work) throws IOException {
    T mapping;
    try {
      mapping = Access.get().engineFile(file).withJdkChannel(use, work);
    } catch (ClosedByInterruptException e) {
      // The interrupt has closed the JDK's channel, but not necessarily the file of this one.
      IOException failure = file.isOpen() ? Deadlines.ended(channel + ": map") : e;
      throw interrupts.exceptionFor(failure);
    } catch (IOException e) {
      throw interrupts.exceptionFor(e);
    }
    interrupts.checkNotInterrupted();
    return mapping;
  }
}
