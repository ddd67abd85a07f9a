package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Streams, and what interrupts do to them and to all other operations: nothing. */
abstract class StreamsAndInterruptsContract extends ProviderFixture {
  @Test
  void inputStreamsReadSkipAndEnd() throws Exception {
    does(
        FILE,
        directory -> {
          try (InputStream in = Files.newInputStream(directory.resolve("file"))) {
            assertThat(in.available()).isEqualTo(7);
            assertThat(in.read()).isEqualTo('c');
            assertThat(in.skip(2)).isEqualTo(2);
            assertThat(in.available()).isEqualTo(4);
            assertThat(in.markSupported()).isFalse();
            byte[] bytes = new byte[9];
            assertThat(in.read(bytes, 1, 0)).isZero();
            assertThat(in.read(bytes, 1, 2)).isEqualTo(2);
            assertThat(in.readNBytes(1)).containsExactly('n');
            assertThat(in.transferTo(OutputStream.nullOutputStream())).isEqualTo(1);
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.read(bytes)).isEqualTo(-1);
            assertThat(in.readAllBytes()).isEmpty();
            assertThat(in.skip(1)).isEqualTo(Files.size(directory.resolve("file")) - 7);
            assertThatThrownBy(() -> in.read(bytes, 8, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
          }
        });
  }

  @Test
  void streamsCopyToEachOther() throws Exception {
    returns(
        "content",
        FILE,
        directory -> {
          try (InputStream in = Files.newInputStream(directory.resolve("file"));
              OutputStream out = Files.newOutputStream(directory.resolve("copy"))) {
            assertThat(in.transferTo(out)).isEqualTo(7);
          }
          try (InputStream in = Files.newInputStream(directory.resolve("file"));
              OutputStream out =
                  Files.newOutputStream(directory.resolve("copy"), StandardOpenOption.APPEND)) {
            assertThat(in.transferTo(out)).isEqualTo(7);
          }
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          try (InputStream in = Files.newInputStream(directory.resolve("copy"))) {
            assertThat(in.skip(7)).isEqualTo(7);
            assertThat(in.transferTo(bytes)).isEqualTo(7);
          }
          return bytes.toByteArray();
        });
  }

  @Test
  void closedStreamsSayThatTheyAreClosed() throws Exception {
    does(
        FILE,
        directory -> {
          InputStream in = Files.newInputStream(directory.resolve("file"));
          in.close();
          in.close();
          assertThatThrownBy(in::read).isInstanceOf(ClosedChannelException.class);
          assertThatThrownBy(in::available).isInstanceOf(ClosedChannelException.class);
          assertThatThrownBy(() -> in.skip(1)).isInstanceOf(ClosedChannelException.class);
          OutputStream out = Files.newOutputStream(directory.resolve("file"));
          out.close();
          out.close();
          assertThatThrownBy(() -> out.write(1)).isInstanceOf(ClosedChannelException.class);
        });
  }

  @Test
  void closingAStreamEndsAReadThatWaits() throws Exception {
    Path fifo = Fifos.make(temporary.resolve("fifo"));
    try (FileChannel keepsOpen =
        FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      InputStream in = Files.newInputStream(ours(fifo));
      CompletableFuture<Object> ended = new CompletableFuture<>();
      Thread reader = start(ended, in::read);
      awaitBlocked(reader);
      in.close();
      Object end = ended.get();
      if (subject() != Subject.JDK) { // whose stream ends as if the file did
        assertThat(end).isInstanceOf(AsynchronousCloseException.class);
      }
      assertThat(keepsOpen.isOpen()).isTrue();
    }
  }

  /** An interrupt neither ends nor fails a read that waits; it goes on when there are bytes. */
  @Test
  void interruptedStreamGoesOnWaiting() throws Exception {
    Path fifo = Fifos.make(temporary.resolve("fifo"));
    try (FileChannel writer =
            FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
        InputStream in = Files.newInputStream(ours(fifo))) {
      CompletableFuture<Object> ended = new CompletableFuture<>();
      Thread reader = start(ended, in::read);
      awaitBlocked(reader);
      reading.get().interrupt();
      writer.write(ByteBuffer.wrap(new byte[] {'x'}));
      assertThat(ended.get()).isEqualTo("120 interrupted=true");
    }
  }

  /** A channel that may wait for ever is ended by an interrupt, also if it only reads. */
  @Test
  void interruptEndsAReadOfAFifoByAChannel() throws Exception {
    Path fifo = Fifos.make(temporary.resolve("fifo"));
    try (FileChannel keepsOpen =
            FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
        SeekableByteChannel channel = Files.newByteChannel(ours(fifo))) {
      CompletableFuture<Object> ended = new CompletableFuture<>();
      Thread reader = start(ended, () -> channel.read(ByteBuffer.allocate(1)));
      awaitBlocked(reader);
      reading.get().interrupt();
      assertThat(ended.get()).isInstanceOf(ClosedByInterruptException.class);
      assertThat(channel.isOpen()).isFalse();
      assertThat(keepsOpen.isOpen()).isTrue();
    }
  }

  private Thread start(CompletableFuture<Object> ended, Callable<Integer> read) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                ended.complete(
                    subject()
                        .call(
                            () -> {
                              reading.set(Thread.currentThread());
                              int n = read.call();
                              return n + " interrupted=" + Thread.currentThread().isInterrupted();
                            }));
              } catch (Exception e) {
                ended.complete(e);
              }
            });
  }

  private final AtomicReference<Thread> reading = new AtomicReference<>();

  private void awaitBlocked(Thread starter) throws Exception {
    Waiting.until("the reader to begin", () -> reading.get() != null);
    if (subject() != Subject.JDK) {
      Waiting.untilParked(reading.get());
    }
    assertThat(starter.isAlive()).isTrue();
  }

  /** Everything that is no channel, on a thread that was interrupted before. */
  @Test
  void interruptedThreadDoesEverythingAsIfItWereNot() throws Exception {
    does(
        SOME,
        directory -> {
          Thread.currentThread().interrupt();
          everything(directory);
          assertThat(Thread.interrupted()).isTrue();
        });
  }

  @Test
  void threadThatIsInterruptedAllTheTimeDoesEverythingAsIfItWereNot() throws Exception {
    does(
        SOME,
        directory -> {
          Thread user = Thread.currentThread();
          AtomicBoolean done = new AtomicBoolean();
          Thread storm =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        while (!done.get()) {
                          user.interrupt();
                          Thread.onSpinWait();
                        }
                      });
          try {
            for (int i = 0; i < 20; i++) {
              everything(Files.createDirectory(directory.resolve("round" + i)));
              Thread.interrupted();
            }
          } finally {
            done.set(true);
            while (storm.isAlive()) {
              Thread.interrupted();
              Thread.onSpinWait();
            }
            Thread.interrupted();
          }
        });
  }

  private static void everything(Path directory) throws IOException {
    Path sub = Files.createDirectories(directory.resolve("a").resolve("b"));
    Path file = Files.writeString(sub.resolve("new"), "text");
    assertThat(Files.readString(file)).isEqualTo("text");
    assertThat(Files.readAllLines(file)).containsExactly("text");
    assertThat(Files.readAllBytes(file)).hasSize(4);
    Files.write(file, List.of("more"), StandardOpenOption.APPEND);
    assertThat(Files.size(file)).isEqualTo(9);
    Path copy = Files.copy(file, sub.resolve("copy"));
    Path moved = Files.move(copy, sub.resolve("moved"), StandardCopyOption.REPLACE_EXISTING);
    Files.move(moved, sub.resolve("again"), StandardCopyOption.ATOMIC_MOVE);
    Files.createLink(sub.resolve("hard"), file);
    Path link = Files.createSymbolicLink(sub.resolve("soft"), file.getFileName());
    assertThat(Files.readSymbolicLink(link)).isEqualTo(file.getFileName());
    assertThat(Files.isSameFile(link, file)).isTrue();
    assertThat(Files.exists(file)).isTrue();
    assertThat(Files.isWritable(file)).isTrue();
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    assertThat(Files.readAttributes(file, BasicFileAttributes.class).lastModifiedTime())
        .isEqualTo(FileTime.fromMillis(1_000));
    Files.setPosixFilePermissions(file, Files.getPosixFilePermissions(file));
    assertThat(Files.readAttributes(file, PosixFileAttributes.class).owner()).isNotNull();
    assertThat(Files.getAttribute(file, "unix:nlink")).isEqualTo(2);
    assertThat(Files.getFileStore(file).getTotalSpace()).isPositive();
    assertThat(link.toRealPath()).isEqualTo(file.toRealPath());
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(sub)) {
      stream.forEach(entries::add);
    }
    assertThat(entries).hasSize(4);
    try (Stream<Path> all = Files.walk(directory)) {
      assertThat(all.count()).isGreaterThan(6);
    }
    Path made = Files.createTempFile(sub, "made", ".tmp");
    Files.delete(made);
    assertThat(Files.deleteIfExists(made)).isFalse();
    for (Path entry : entries) {
      Files.delete(entry);
    }
    Files.delete(sub);
  }

  /** A channel that writes is closed by an interrupt, with the JDK and with us. */
  @Test
  void interruptedThreadOpensAChannelAndClosesItByItsUse() throws Exception {
    fails(
        ClosedByInterruptException.class,
        FILE,
        directory -> {
          Thread.currentThread().interrupt();
          try (FileChannel channel = FileChannel.open(directory.resolve("file"))) {
            channel.read(ByteBuffer.allocate(1));
          } finally {
            assertThat(Thread.interrupted()).isTrue();
          }
        });
    fails(
        ClosedByInterruptException.class,
        FILE,
        directory -> {
          Thread.currentThread().interrupt();
          try (SeekableByteChannel channel =
              Files.newByteChannel(directory.resolve("file"), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1));
          } finally {
            assertThat(Thread.interrupted()).isTrue();
          }
        });
  }
}
