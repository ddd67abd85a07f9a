package io.github.loomuring.benchmarks.load;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Plain pread(2), pwrite(2) and so on: the cost of the system calls without any library. A call
 * pins the virtual thread to its carrier.
 */
final class PreadApi implements FileApi<PreadApi.OpenFile> {
  record OpenFile(int fd) {}

  /** Paths as C strings, so that an open does not allocate one. */
  private final Map<Path, MemorySegment> paths = new ConcurrentHashMap<>();

  @Override
  public OpenFile open(Path path, Set<? extends OpenOption> options) throws IOException {
    MemorySegment cString =
        paths.computeIfAbsent(path, p -> Arena.ofAuto().allocateFrom(p.toString()));
    return new OpenFile(Libc.open(cString, flags(options)));
  }

  @Override
  public int read(OpenFile file, Block block, long offset) throws IOException {
    return Libc.pread(file.fd, block.segment(), block.bytes(), offset);
  }

  @Override
  public int write(OpenFile file, Block block, long offset) throws IOException {
    return Libc.pwrite(file.fd, block.segment(), block.bytes(), offset);
  }

  @Override
  public int append(OpenFile file, Block block) throws IOException {
    return write(file, block, 0); // with O_APPEND, Linux writes at the end whatever the offset
  }

  @Override
  public void force(OpenFile file) throws IOException {
    Libc.fdatasync(file.fd);
  }

  @Override
  public void close(OpenFile file) throws IOException {
    Libc.close(file.fd);
  }

  private static int flags(Set<? extends OpenOption> options) {
    boolean read = options.contains(StandardOpenOption.READ);
    boolean write =
        options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
    int flags = write ? (read ? Libc.O_RDWR : Libc.O_WRONLY) : Libc.O_RDONLY;
    flags |= options.contains(StandardOpenOption.CREATE) ? Libc.O_CREAT : 0;
    flags |= options.contains(StandardOpenOption.TRUNCATE_EXISTING) ? Libc.O_TRUNC : 0;
    flags |= options.contains(StandardOpenOption.APPEND) ? Libc.O_APPEND : 0;
    flags |= options.contains(ExtendedOpenOption.DIRECT) ? Libc.O_DIRECT : 0;
    return flags;
  }
}
