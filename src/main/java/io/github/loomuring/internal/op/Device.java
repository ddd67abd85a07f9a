package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.ring.Gate;
import io.github.loomuring.internal.watch.Permits;
import java.lang.foreign.MemorySegment;

/**
 * A device (a st_dev) on which files are open, as far as the library knows it: the gate of its
 * requests, and what its file system can do without blocking.
 */
final class Device {
  final Gate gate;

  /**
   * A local file system: fstat and close of a clean file answer from memory.
   *
   * <p>On others every request is started by a worker (IOSQE_ASYNC). FUSE files say that they can
   * be read without blocking and then wait for their daemon, in io_uring_enter, under the lock that
   * every other entry into the ring needs.
   */
  final boolean local;

  /** Reads with RWF_NOWAIT are supported, as far as is known. */
  private volatile boolean nowaitReads = true;

  /** Writes with RWF_NOWAIT are supported, as far as is known. */
  private volatile boolean nowaitWrites = true;

  /** Longer than a hop: such calls had better wait where they keep no carrier. */
  private static final long SLOW_NANOS = 200_000;

  /**
   * The same for writes. Shorter waits are for the lock of the file, which a hop has to wait for as
   * well, and holds for longer.
   */
  private static final long SLOW_WRITE_NANOS = 2_000_000;

  // For calls on callers that may wait for the device. One for each kind, because a device may let
  // calls of one kind wait, and not those of another.

  /** Writes of files that are open. */
  final Permits writePermits = new Permits(SLOW_WRITE_NANOS);

  /** Calls that write data and metadata to the device: fsync and its kin. */
  final Permits forcePermits = new Permits(SLOW_NANOS);

  /** All others: calls on names, and on the space and the attributes of files. */
  final Permits permits = new Permits(SLOW_NANOS);

  Device(Gate gate, long fileSystemType) {
    this.gate = gate;
    this.local = isLocal(fileSystemType);
  }

  static boolean isLocal(long type) {
    return type == EXT4_SUPER_MAGIC
        || type == XFS_SUPER_MAGIC
        || type == BTRFS_SUPER_MAGIC
        || type == F2FS_SUPER_MAGIC
        || type == TMPFS_MAGIC
        || type == RAMFS_MAGIC
        || type == OVERLAYFS_SUPER_MAGIC
        || type == PIPEFS_MAGIC;
  }

  boolean nowaitReads() {
    return nowaitReads;
  }

  boolean nowaitWrites() {
    return nowaitWrites;
  }

  /** A read with RWF_NOWAIT was refused with {@code result}. */
  void readRefused(Kernel kernel, MemorySegment errno, long result) {
    // EPERM may be the file's own, as of one that is sealed. A descriptor that is none tells.
    if (!Errno.EPERM.is(result) || Errno.EPERM.is(kernel.preadv2(errno, -1, 0, 0, 0, RWF_NOWAIT))) {
      nowaitReads = false;
    }
  }

  /** A write with RWF_NOWAIT was refused with {@code result}. */
  void writeRefused(Kernel kernel, MemorySegment errno, long result) {
    if (!Errno.EPERM.is(result)
        || Errno.EPERM.is(kernel.pwritev2(errno, -1, 0, 0, 0, RWF_NOWAIT))) {
      nowaitWrites = false;
    }
  }
}
