package io.github.loomuring;

import io.github.loomuring.internal.FileCopy;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.OpenSpec;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;

/**
 * An open file of an engine, with what it was opened for. A {@link UringFile} and its streams share
 * it.
 *
 * <p>{@link FileCleaner} closes the file when this object is unreachable. A method that uses {@link
 * #engineFile} therefore keeps this object reachable until it ends.
 */
final class OpenFile {
  /** The path as the caller gave it. */
  final Path path;

  final EngineFile engineFile;
  final boolean readable;
  final boolean writable;
  final boolean append;

  OpenFile(Path path, EngineFile engineFile, OpenSpec spec) {
    this.path = path;
    this.engineFile = engineFile;
    this.readable = spec.read();
    this.writable = spec.write();
    this.append = spec.append();
  }

  void checkOpen() throws ClosedChannelException {
    if (!engineFile.isOpen()) {
      throw new ClosedChannelException();
    }
  }

  void checkReadable() throws ClosedChannelException {
    checkOpen();
    if (!readable) {
      throw new NonReadableChannelException();
    }
  }

  void checkWritable() throws ClosedChannelException {
    checkOpen();
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }

  /** Does what {@link UringFile#transferTo} says. */
  long transferTo(long offset, long count, OpenFile target, long targetOffset) throws IOException {
    Arguments.checkNotNegative("offset", offset);
    Arguments.checkNotNegative("count", count);
    Arguments.checkNotNegative("targetOffset", targetOffset);
    if (!target.append) {
      Arguments.checkOffset(targetOffset, Math.min(count, 1)); // for at least one byte
    }
    checkReadable();
    target.checkWritable();
    long largestOffset = target.append ? offset : Math.max(offset, targetOffset);
    long limit = Math.min(count, Long.MAX_VALUE - largestOffset);
    try {
      return limit == 0
          ? 0
          : FileCopy.copy(
              engineFile, offset, limit, target.engineFile, targetOffset, target.append);
    } finally {
      Reference.reachabilityFence(this);
      Reference.reachabilityFence(target);
    }
  }
}
