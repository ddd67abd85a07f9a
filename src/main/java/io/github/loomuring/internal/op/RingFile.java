package io.github.loomuring.internal.op;

import io.github.loomuring.Advice;
import io.github.loomuring.internal.jvm.StackReserve;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.FileStatus;
import io.github.loomuring.internal.spi.RangeTransfer;
import io.github.loomuring.internal.spi.Space;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/** An open file of the ring engine: which operation serves which call. */
final class RingFile implements EngineFile {
  private static final VarHandle GROUP_COMMIT;
  private static final VarHandle JDK_CHANNEL;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      GROUP_COMMIT = lookup.findVarHandle(RingFile.class, "groupCommit", GroupCommit.class);
      JDK_CHANNEL = lookup.findVarHandle(RingFile.class, "jdkChannel", JdkChannel.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Handle handle;

  // Made when they are needed: most files are never forced, mapped or locked.
  private volatile GroupCommit groupCommit;
  private volatile JdkChannel jdkChannel;

  RingFile(Handle handle) {
    this.handle = handle;
  }

  // ---- transfers

  @Override
  public int read(ByteBuffer dst, long offset) throws IOException {
    return Read.read(handle, dst, offset);
  }

  @Override
  public long read(MemorySegment dst, long offset) throws IOException {
    return Read.read(handle, dst, offset);
  }

  @Override
  public long read(ByteBuffer[] dsts, long offset) throws IOException {
    return Read.read(handle, dsts, offset);
  }

  @Override
  public void readRanges(List<RangeTransfer> ranges) throws IOException {
    Read.read(handle, ranges);
  }

  @Override
  public int write(ByteBuffer src, long offset) throws IOException {
    return Write.write(handle, src, offset);
  }

  @Override
  public long write(MemorySegment src, long offset) throws IOException {
    return Write.write(handle, src, offset);
  }

  @Override
  public long write(ByteBuffer[] srcs, long offset) throws IOException {
    return Write.write(handle, srcs, offset);
  }

  @Override
  public void writeRanges(List<RangeTransfer> ranges) throws IOException {
    Write.write(handle, ranges);
  }

  @Override
  public long copyInKernel(long offset, long count, EngineFile target, long targetOffset)
      throws IOException {
    return target instanceof RingFile other
        ? CopyRange.copy(handle, offset, count, other.handle, targetOffset)
        : 0;
  }

  // ---- durability

  @Override
  public void force(boolean metaData) throws IOException {
    GroupCommit shared = groupCommit;
    if (shared == null) {
      GroupCommit made = new GroupCommit(handle);
      shared = GROUP_COMMIT.compareAndSet(this, null, made) ? made : groupCommit;
    }
    shared.force(metaData);
  }

  @Override
  public void forceRange(long offset, long length) throws IOException {
    if (handle.kind.seekable()) {
      ForceRange.force(handle, offset, length);
    } else {
      force(false); // which these files ignore, or refuse, in their own words
    }
  }

  // ---- attributes and space

  @Override
  public long size() throws IOException {
    return Stat.size(handle);
  }

  @Override
  public boolean isRegular() {
    return handle.kind.seekable() && !handle.kind.block();
  }

  @Override
  public long seek(long position) throws IOException {
    return Seek.to(handle, position);
  }

  @Override
  public FileStatus status() throws IOException {
    return Stat.status(handle);
  }

  @Override
  public void truncate(long size) throws IOException {
    Truncate.truncate(handle, size);
  }

  @Override
  public void change(Space change, long offset, long length) throws IOException {
    ChangeSpace.change(handle, change, offset, length);
  }

  @Override
  public void advise(long offset, long length, Advice advice) throws IOException {
    Advise.advise(handle, offset, length, advice);
  }

  @Override
  public void setTimes(FileTime lastModified, FileTime lastAccess) throws IOException {
    SetAttributes.times(handle, lastModified, lastAccess);
  }

  @Override
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    SetAttributes.permissions(handle, permissions);
  }

  // ---- the JDK's ways to the same file

  @Override
  public <T> T withJdkChannel(ChannelUse use, ChannelWork<T> work) throws IOException {
    StackReserve.ensure();
    handle.references.retain();
    try {
      JdkChannel shared = jdkChannel;
      if (shared == null) {
        JdkChannel made = new JdkChannel(handle);
        shared = JDK_CHANNEL.compareAndSet(this, null, made) ? made : jdkChannel;
      }
      return shared.run(use, work);
    } finally {
      handle.references.release();
    }
  }

  @Override
  public <T> T withDescriptorPath(PathWork<T> work) throws IOException {
    StackReserve.ensure();
    handle.references.retain();
    try {
      return work.run(handle.descriptorPath());
    } finally {
      handle.references.release();
    }
  }

  @Override
  public long lockKey() {
    return handle.kind.lockKey();
  }

  // ---- closing

  @Override
  public boolean isOpen() {
    return handle.references.areOpen() && !handle.context.slots.isClosed();
  }

  @Override
  public void close() throws IOException {
    StackReserve.ensure();
    if (!Close.begin(handle)) {
      return;
    }
    try {
      JdkChannel used = jdkChannel; // nobody makes one any more: that takes a reference
      if (used != null) {
        used.end();
      }
    } finally {
      Close.descriptor(handle);
    }
  }

  @Override
  public String toString() {
    return "RingFile[path=" + handle.path + ", fd=" + handle.fd + "]";
  }
}
