package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.loomuring.Deadline;
import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringFiles;
import io.github.loomuring.nio.UringFileSystem;
import io.github.loomuring.support.Descriptors;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * In a child JVM: takes the descriptor of the shared ring away, as a program does that closes what
 * is not its own, and goes on with files. Arguments: a directory to work in; how often.
 */
@SuppressWarnings("restricted")
final class UseFailedRing {
  private static final MethodHandle DUP2 =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("dup2").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private UseFailedRing() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    Uring kept = Uring.shared();
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      onVirtualThread(() -> use(directory));
      TryLibrary.say("ring", kept.isRing());
      try (UringFile file = UringFile.open(directory.resolve("file"), CREATE, READ, WRITE)) {
        breakRing();
        onVirtualThread(() -> fail(file));
      }
      TryLibrary.say("same", kept == Uring.shared() && kept.isOpen());
      onVirtualThread(() -> use(directory));
      use(directory);
      RoundTrip.onVirtualThread(kept, directory);
      RoundTrip.check(kept.isRing() == Uring.available(), "available");
    }
    long begun = System.nanoTime();
    Uring.closeShared();
    TryLibrary.say("closedQuickly", System.nanoTime() - begun < 5_000_000_000L);
    use(directory);
    TryLibrary.say("again", Uring.shared().isRing());
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void onVirtualThread(Work work) throws Exception {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              work.run();
              return null;
            });
    Thread.ofVirtual().start(task);
    try {
      task.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /** The request that finds out what has happened fails; if the reaper has, the file is closed. */
  private static void fail(UringFile file) {
    try {
      // With a deadline, so that it is a request: on its caller it would not need the ring.
      Deadline.within(
          Duration.ofMinutes(1),
          () -> {
            file.force(true);
            return null;
          });
      TryLibrary.say("failed", false);
    } catch (IOException e) {
      TryLibrary.say("failed", true);
    }
  }

  private static void use(Path directory) throws IOException {
    Path file = directory.resolve("used");
    UringFiles.writeString(file, "text");
    RoundTrip.check(UringFiles.readString(file).equals("text"), "text");
    Path path = UringFileSystem.of(file);
    RoundTrip.check(Files.readString(path).equals("text"), "text by nio");
    try (FileChannel channel = FileChannel.open(path, READ)) {
      channel.read(ByteBuffer.allocate(10));
    }
    try (UringFile opened = UringFile.open(file, WRITE)) {
      opened.force(true);
    }
    Files.delete(path);
  }

  /** Has the number of the ring's descriptor mean another file. */
  private static void breakRing() throws IOException {
    int ring = descriptorOf("io_uring");
    try (RandomAccessFile other = new RandomAccessFile("/proc/self/stat", "r")) {
      RoundTrip.check(dup2(descriptorOf("/stat"), ring) == ring, "dup2 of " + other);
    }
  }

  private static int descriptorOf(String target) throws IOException {
    return Descriptors.all().entrySet().stream()
        .filter(descriptor -> descriptor.getValue().toString().contains(target))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no descriptor of " + target))
        .getKey();
  }

  private static int dup2(int from, int to) {
    try {
      return (int) DUP2.invokeExact(from, to);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }
}
