package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.loomuring.Deadline;
import io.github.loomuring.Uring;
import io.github.loomuring.UringBuffers;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringFiles;
import io.github.loomuring.UringOptions;
import io.github.loomuring.nio.UringFileChannel;
import io.github.loomuring.nio.UringFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** An application that uses all of the library, forgets a file, and then ends what it has begun. */
public final class UseEverything {
  private static final int THREADS = 20;

  // An application's own objects keep what they like: they go with its class loader.
  private static UringFile kept;
  private static Uring keptUring;

  private UseEverything() {}

  /** Called by a container, which has loaded the class for that. */
  public static void run(Path directory) throws Exception {
    use(directory.resolve("platform"));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Path file = directory.resolve("virtual" + i);
        all.add(
            threads.submit(
                () -> {
                  use(file);
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    kept = UringFile.open(directory.resolve("kept"), CREATE, WRITE);
    keptUring = Uring.shared();
    Uring.closeShared();
    RoundTrip.check(!keptUring.isOpen(), "the shared one is open");
    try {
      kept.write(ByteBuffer.allocate(1), 0);
      throw new AssertionError("a file of the shared one is open");
    } catch (ClosedChannelException e) {
      return; // as it is to be
    }
  }

  private static void use(Path file) throws Exception {
    UringFiles.writeString(file, "text");
    RoundTrip.check(UringFiles.readString(file).equals("text"), "text");
    UringFiles.replace(file, new byte[] {'a', 'b'});
    RoundTrip.check(UringFiles.attributes(file).size() == 2, "size");
    try (UringBuffers buffers = Uring.shared().buffers(2, 4096);
        UringBuffers.Lease lease = buffers.lease();
        UringFile opened = UringFile.open(file, READ, WRITE)) {
      opened.write(lease.buffer().clear().limit(100), 0);
      opened.append(ByteBuffer.wrap(new byte[10]));
      opened.force(true);
      Deadline.within(Duration.ofMinutes(1), () -> opened.read(ByteBuffer.allocate(10), 0));
    }
    Path path = UringFileSystem.of(file);
    try (UringFileChannel channel = UringFileChannel.open(path, READ, WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[10]));
      channel.lock().release();
    }
    Files.writeString(path, "more");
    RoundTrip.check(Files.readAllLines(path).equals(List.of("more")), "more");
    useOwn(file);
  }

  private static void useOwn(Path file) throws IOException {
    try (Uring own = Uring.open(UringOptions.builder().rings(2).build())) {
      try (UringFile opened = own.openFile(file)) {
        opened.read(ByteBuffer.allocate(10), 0);
      }
      own.files().delete(file);
    }
  }
}
