package io.github.loomuring.internal.op;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.RemoteMounts;
import io.github.loomuring.internal.schedule.Offload;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;

/** The devices on which an engine has opened files, by their numbers (st_dev). */
final class Devices {
  private final ConcurrentHashMap<Long, Device> known = new ConcurrentHashMap<>();
  private final Kernel kernel;
  private final Offload pool;
  private final Gates gates;
  private final RemoteMounts remoteMounts;

  Devices(Kernel kernel, Offload pool, Gates gates, RemoteMounts remoteMounts) {
    this.kernel = kernel;
    this.remoteMounts = remoteMounts;
    this.pool = pool;
    this.gates = gates;
  }

  /** The device {@code number}, on which {@code fd} is open. */
  Device of(long number, int fd) throws IOException {
    Device device = known.get(number);
    if (device != null) {
      return device;
    }
    // It happens once for each device. On the pool if fstatfs(2) may ask a server.
    long type =
        remoteMounts.isLocal(number)
            ? fileSystemType(fd)
            : pool.callUninterruptibly(() -> fileSystemType(fd));
    device = new Device(gates.ofDevice(Device.isLocal(type)), type);
    Device earlier = known.putIfAbsent(number, device);
    return earlier == null ? device : earlier;
  }

  private long fileSystemType(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Kernel.ERRNO_BYTES, 8);
      MemorySegment statfs = arena.allocate(Fcntl.STATFS_BYTES, 8);
      int result = kernel.fstatfs(errno, fd, statfs.address());
      return result < 0 ? 0 : statfs.get(JAVA_LONG, Fcntl.STATFS_TYPE);
    }
  }
}
