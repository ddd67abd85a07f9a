package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.ring.Gate;

/**
 * What the library knows of a device (a st_dev) on which files are open: the gate of its requests,
 * and what its file system can do without blocking.
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

  /** How long plain writes on the caller are not tried after one that was slow. */
  private static final long BACK_OFF_NANOS_MIN = 2_000_000;

  /** So long if they are slow again and again; it doubles up to then. */
  private static final long BACK_OFF_NANOS_MAX = 64_000_000;

  /** The back-off begins anew if none was slow for so long after the last one. */
  private static final long FORGET_NANOS = 64_000_000;

  /** Until then a plain write on the caller is not tried: the last one was slow. */
  private volatile long inlineWritesFromNanos = System.nanoTime();

  /** The last back-off. Two slow writes at once may count as one. */
  private volatile long backOffNanos = BACK_OFF_NANOS_MIN;

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

  void noNowaitReads() {
    nowaitReads = false;
  }

  boolean nowaitWrites() {
    return nowaitWrites;
  }

  void noNowaitWrites() {
    nowaitWrites = false;
  }

  boolean inlineWrites(long nowNanos) {
    return nowNanos - inlineWritesFromNanos >= 0;
  }

  /** A plain write on the caller has ended that took its time. */
  void inlineWriteWasSlow(long nowNanos) {
    boolean again = nowNanos - inlineWritesFromNanos < FORGET_NANOS;
    long pause = again ? Math.min(2 * backOffNanos, BACK_OFF_NANOS_MAX) : BACK_OFF_NANOS_MIN;
    backOffNanos = pause;
    inlineWritesFromNanos = nowNanos + pause;
  }
}
