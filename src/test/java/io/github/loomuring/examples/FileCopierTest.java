package io.github.loomuring.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.examples.CopyEngine.OpenFile;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileCopierTest {
  private static final int BYTES = 100_000;

  @TempDir Path directory;

  @Test
  void shortReadsAreContinued() throws Exception {
    Path source = makeSource();

    assertThat(copy(source, new Meddling(() -> {}))).isEqualTo(BYTES);

    assertThat(target()).hasSameBinaryContentAs(source);
  }

  @Test
  void fileThatGrowsIsCopiedToItsNewEnd() throws Exception {
    Path source = makeSource();
    byte[] more = new byte[BYTES];
    Meddling growing = new Meddling(() -> Files.write(source, more, StandardOpenOption.APPEND));

    assertThat(copy(source, growing)).isEqualTo(2 * BYTES);

    assertThat(target()).hasSameBinaryContentAs(source);
  }

  @Test
  void fileThatShrinksIsCopiedToItsNewEnd() throws Exception {
    Path source = makeSource();
    Meddling shrinking = new Meddling(() -> truncate(source, BYTES / 2));

    assertThat(copy(source, shrinking)).isEqualTo(BYTES / 2);

    assertThat(target()).hasSameBinaryContentAs(source);
  }

  @Test
  void failureInTheMiddleLeavesTheOldTarget() throws Exception {
    Path source = makeSource();
    Files.writeString(target(), "old");
    Meddling failing =
        new Meddling(
            () -> {
              throw new IOException("no luck");
            });

    assertThatThrownBy(() -> copy(source, failing)).isInstanceOf(IOException.class);

    assertThat(target()).hasContent("old");
    assertThat(SampleTree.temporaries(directory)).isEmpty();
  }

  private Path makeSource() throws IOException {
    Path source = directory.resolve("source");
    SampleTree.file(source, BYTES, "rw-r--r--");
    return source;
  }

  private Path target() {
    return directory.resolve("target");
  }

  private long copy(Path source, CopyEngine engine) throws IOException {
    LongAdder copied = new LongAdder();
    try (TemporaryFiles temporaries = new TemporaryFiles();
        PathThreads pathThreads = new PathThreads()) {
      new FileCopier(engine, temporaries, pathThreads)
          .copy(source, Attributes.of(source), target(), copied::add);
    }
    return copied.sum();
  }

  private static void truncate(Path path, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  /** Reads a little at a time, and does something to the file after the first time. */
  private record Meddling(PathThreads.Operation meddle) implements CopyEngine {
    private static final int READ_MAX = 777;

    @Override
    public OpenFile open(Path path) throws IOException {
      OpenFile file = new Jdk().open(path);
      return new OpenFile() {
        @Override
        public int read(ByteBuffer dst, long offset) throws IOException {
          dst.limit(Math.min(dst.limit(), dst.position() + READ_MAX));
          int n = file.read(dst, offset);
          if (offset == 0) {
            meddle.run();
          }
          return n;
        }

        @Override
        public void writeFully(ByteBuffer src, long offset) throws IOException {
          file.writeFully(src, offset);
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }

    @Override
    public OpenFile create(Path path) throws IOException {
      return new Jdk().create(path);
    }

    @Override
    public void close() {
      // There is nothing to close.
    }
  }
}
