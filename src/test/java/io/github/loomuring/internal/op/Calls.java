package io.github.loomuring.internal.op;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.loomuring.Advice;
import io.github.loomuring.FileOperations;
import io.github.loomuring.Range;
import io.github.loomuring.Sync;
import io.github.loomuring.Uring;
import io.github.loomuring.UringBuffers;
import io.github.loomuring.UringFile;
import io.github.loomuring.nio.UringFileChannel;
import io.github.loomuring.support.ExtendedOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One call of each kind on regular files and names, for tests of what errors do to them. */
final class Calls {
  private static final int BYTES = 4096;

  /** A call, which may be made again and again, with whatever has become of the last one. */
  interface Call {
    void run() throws Exception;
  }

  private final Uring uring;
  private final FileOperations files;
  private final Path directory;
  private final Path data;
  private final Map<String, Call> calls = new TreeMap<>();

  /** Calls in {@code directory}, which is empty. */
  Calls(Uring uring, Path directory) throws IOException {
    this.uring = uring;
    this.files = uring.files();
    this.directory = directory;
    this.data = Files.write(directory.resolve("data"), new byte[4 * BYTES]);
    addTransfers();
    addFileCalls();
    addNames();
    addWholeFiles();
    addChannels();
  }

  /** All, by their names. */
  Map<String, Call> all() {
    return calls;
  }

  private interface Use {
    void of(UringFile file) throws Exception;
  }

  private void add(String name, Use use) {
    calls.put(
        name,
        () -> {
          try (UringFile file = uring.openFile(data, READ, WRITE)) {
            use.of(file);
          }
        });
  }

  private void addTransfers() {
    ByteBuffer direct = ByteBuffer.allocateDirect(BYTES);
    ByteBuffer heap = ByteBuffer.allocate(BYTES);
    add("read direct", file -> file.read(direct.clear(), 0));
    add("read heap", file -> file.read(heap.clear(), 0));
    add("write direct", file -> file.write(direct.clear(), 0));
    add("write heap", file -> file.write(heap.clear(), 0));
    add("append", file -> file.append(heap.clear().limit(1)));
    add("read vectored", file -> file.read(new ByteBuffer[] {direct.clear(), heap.clear()}, 0));
    add("write vectored", file -> file.write(new ByteBuffer[] {direct.clear(), heap.clear()}, 0));
    add(
        "read ranges",
        file ->
            file.readRanges(List.of(new Range(direct.clear(), 0), new Range(heap.clear(), BYTES))));
    add(
        "write ranges",
        file ->
            file.writeRanges(
                List.of(new Range(direct.clear(), 0), new Range(heap.clear(), BYTES))));
    calls.put("read leased", this::readLeased);
    calls.put("O_DIRECT read", this::readPastTheCache);
  }

  private void readLeased() throws Exception {
    try (UringBuffers buffers = uring.buffers(1, BYTES)) {
      try (UringFile file = uring.openFile(data, READ);
          UringBuffers.Lease lease = buffers.lease()) {
        file.read(lease.buffer(), 0);
      }
    }
  }

  private void readPastTheCache() throws Exception {
    Set<java.nio.file.OpenOption> options = Set.of(READ, ExtendedOptions.DIRECT);
    ByteBuffer buffer = ByteBuffer.allocateDirect(2 * BYTES).alignedSlice(BYTES).limit(BYTES);
    try (UringFile file = uring.openFile(data, options)) {
      file.read(buffer, 0);
    }
  }

  private void addFileCalls() {
    add("open and close", file -> {});
    add("force", file -> file.force(false));
    add("force range", file -> file.forceRange(0, BYTES));
    add("size", UringFile::size);
    add("attributes", UringFile::attributes);
    add("truncate", file -> file.truncate(3 * BYTES));
    add("allocate", file -> file.allocate(0, 4 * BYTES));
    add("advise", file -> file.advise(0, BYTES, Advice.WILL_NEED));
    add("set times", file -> file.setTimes(FileTime.fromMillis(1), null));
    add(
        "set permissions",
        file -> file.setPermissions(PosixFilePermissions.fromString("rw-r--r--")));
    add(
        "stream",
        file -> {
          try (InputStream stream = file.inputStream()) {
            stream.read(new byte[BYTES]);
          }
        });
    calls.put("transfer", this::transfer);
  }

  private void transfer() throws Exception {
    try (UringFile file = uring.openFile(data, READ);
        UringFile target = uring.openFile(directory.resolve("target"), CREATE, WRITE)) {
      file.transferTo(0, BYTES, target, 0);
    }
  }

  private void addNames() {
    Path name = directory.resolve("name");
    calls.put("status", () -> files.attributes(data));
    calls.put("status of nothing", () -> files.exists(directory.resolve("nothing")));
    calls.put("list", () -> files.list(directory));
    calls.put(
        "directory",
        () -> {
          files.deleteIfExists(name);
          files.createDirectory(name);
          files.delete(name);
        });
    calls.put(
        "symbolic link",
        () -> {
          files.deleteIfExists(name);
          files.createSymbolicLink(name, data);
          files.readSymbolicLink(name);
        });
    calls.put(
        "link and move",
        () -> {
          files.deleteIfExists(name);
          files.createLink(name, data);
          files.move(
              name, directory.resolve("moved"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        });
    calls.put(
        "copy",
        () ->
            files.copy(
                data,
                directory.resolve("copy"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING));
  }

  private void addWholeFiles() {
    Path whole = directory.resolve("whole");
    byte[] bytes = new byte[BYTES];
    calls.put("read whole", () -> files.readAllBytes(data));
    calls.put("write whole", () -> files.write(whole, bytes));
    calls.put("write whole, durable", () -> files.write(whole, bytes, Sync.FULL));
    calls.put("replace", () -> files.replace(whole, bytes));
  }

  private void addChannels() throws IOException {
    Files.write(directory.resolve("channel"), new byte[8]);
    ByteBuffer heap = ByteBuffer.allocate(BYTES);
    addChannel("channel read", Set.of(READ), channel -> channel.read(heap.clear()));
    addChannel(
        "channel write",
        Set.of(WRITE, CREATE, TRUNCATE_EXISTING),
        channel -> channel.write(heap.clear()));
    addChannel("channel append", Set.of(APPEND), channel -> channel.write(heap.clear().limit(1)));
    addChannel("channel position", Set.of(READ), channel -> channel.position(7).position());
    addChannel(
        "channel map",
        Set.of(READ, WRITE),
        channel -> channel.map(FileChannel.MapMode.READ_ONLY, 0, 8));
    addChannel(
        "channel lock",
        Set.of(READ, WRITE),
        channel -> {
          try (FileLock lock = channel.lock()) {
            lock.isValid();
          }
        });
  }

  private interface ChannelUse {
    void of(FileChannel channel) throws Exception;
  }

  private void addChannel(
      String name, Set<java.nio.file.StandardOpenOption> options, ChannelUse use) {
    Path file = directory.resolve("channel");
    calls.put(
        name,
        () -> {
          try (FileChannel channel = UringFileChannel.open(uring, file, options)) {
            use.of(channel);
          }
        });
  }
}
