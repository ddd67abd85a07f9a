package io.github.loomuring.internal.op;

import io.github.loomuring.internal.ring.Gate;
import io.github.loomuring.internal.ring.RingSettings;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The gates of an engine: the bounds on requests in flight, such that what hangs on one device,
 * file system or pipe leaves room for everything else.
 */
final class Gates {
  /** Requests in flight on a remote file system; each has a worker of the kernel. */
  private static final int REMOTE_GATE = 128;

  /** Parents of the gates of files that cannot seek: requests there may stay for ever. */
  final Gate streamReads;

  final Gate streamWrites;

  /** The gate of opens that may block for ever. */
  final Gate blockingOpens;

  /** The gate of the ring as a whole. */
  final Gate room;

  /** The most requests in flight on one local device. */
  final int deviceLimit;

  /** Parent of the gates of what may last for ever in a worker of the kernel. */
  private final Gate lastingWork;

  /** The gate of operations on paths, whose device is not known. */
  private final Gate localPaths;

  /** By mount point: a server that hangs stops the operations on its own names only. */
  private final ConcurrentHashMap<Path, Gate> remotePaths = new ConcurrentHashMap<>();

  private final int remoteLimit;

  /**
   * The gates of one ring.
   *
   * @param room of the ring
   * @param deviceRequests requests in flight on one device, on all rings together
   * @param rings how many rings there are, which divide that
   * @param workers of the kernel that each thread that submits may have
   */
  Gates(Gate room, int deviceRequests, int rings, int workers) {
    this.room = room;
    int limit = room.limit();
    streamReads = Gate.ofStreams(Math.max(1, limit / 4), room);
    streamWrites = Gate.ofStreams(Math.max(1, limit / 4), room);
    // Half of a submitting thread's workers are left to its other requests.
    lastingWork =
        workers >= RingSettings.WORKERS_UNBOUNDED || workers / 2 >= limit
            ? room
            : Gate.ofLasting(Math.max(1, workers / 2), room);
    blockingOpens = Gate.ofLasting(Math.max(2, limit / 8), lastingWork);
    deviceLimit = Math.max(1, Math.min(deviceRequests / rings, limit / 2));
    remoteLimit = Math.max(1, Math.min(REMOTE_GATE / rings, limit / 2));
    localPaths = new Gate(deviceLimit, room);
  }

  /** A gate for a device. */
  Gate ofDevice(boolean local) {
    // No block layer is behind a remote file system, but perhaps files of which only one hangs.
    return local
        ? new Gate(deviceLimit, room)
        : Gate.ofLasting(Math.max(deviceLimit, remoteLimit), lastingWork);
  }

  /**
   * The gate of operations on names of the remote file system mounted at {@code remote}; null for a
   * local one.
   */
  Gate ofPaths(Path remote) {
    return remote == null
        ? localPaths
        : remotePaths.computeIfAbsent(remote, _ -> Gate.ofLasting(deviceLimit, lastingWork));
  }
}
