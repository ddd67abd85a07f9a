package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.Uring;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a secure directory stream opens: by the ring, and in its own directory. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DirectoryDescriptorTest {
  private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ);

  @TempDir Path temporary;
  private Path directory;
  private Uring uring;

  @BeforeEach
  void makeDirectory() throws IOException {
    uring = Engines.RING.open();
    directory = Files.createDirectories(temporary.resolve("directory").resolve("below"));
    Files.writeString(directory.resolve("file"), "right");
  }

  @AfterEach
  void closeRing() {
    uring.close();
  }

  private SecureDirectoryStream<Path> stream() throws IOException {
    var entries = Files.newDirectoryStream(UringFileSystem.of(uring, directory));
    if (!(entries instanceof SecureDirectoryStream<Path> secure)) {
      entries.close();
      return Assumptions.abort("the platform has no secure directory streams");
    }
    return secure;
  }

  private Path name(String name) {
    return UringFileSystem.of(uring, directory.getFileSystem().getPath(name));
  }

  private static String text(SeekableByteChannel channel) throws IOException {
    try (channel) {
      ByteBuffer buffer = ByteBuffer.allocate(100);
      channel.read(buffer);
      return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
    }
  }

  private static boolean isOurs(SeekableByteChannel channel) {
    return channel.getClass().getModule() == UringFileChannel.class.getModule();
  }

  @Test
  void filesAreReadAndWrittenByTheRing() throws IOException {
    try (SecureDirectoryStream<Path> stream = stream()) {
      try (SeekableByteChannel channel = stream.newByteChannel(name("file"), READ)) {
        assertThat(isOurs(channel)).isTrue();
        assertThat(text(channel)).isEqualTo("right");
      }
      Set<OpenOption> creating = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try (SeekableByteChannel channel = stream.newByteChannel(name("new"), creating)) {
        assertThat(channel).isInstanceOf(FileChannel.class);
        assertThat(isOurs(channel)).isTrue();
        channel.write(StandardCharsets.UTF_8.encode("written"));
      }
    }
    assertThat(directory.resolve("new")).hasContent("written");
  }

  @Test
  void directoryThatWasMovedAfterAFirstOpenIsStillTheOne() throws IOException {
    try (SecureDirectoryStream<Path> stream = stream()) {
      stream.newByteChannel(name("file"), READ).close();
      takeThePlace();
      SeekableByteChannel channel = stream.newByteChannel(name("file"), READ);
      assertThat(isOurs(channel)).isTrue();
      assertThat(text(channel)).isEqualTo("right");
    }
  }

  @Test
  void directoryThatTookThePlaceBeforeIsNotTakenForIt() throws IOException {
    try (SecureDirectoryStream<Path> stream = stream()) {
      takeThePlace();
      SeekableByteChannel channel = stream.newByteChannel(name("file"), READ);
      assertThat(isOurs(channel)).isFalse();
      assertThat(text(channel)).isEqualTo("right");
    }
  }

  /** Another directory has the name of the one that the stream is of. */
  private void takeThePlace() throws IOException {
    Files.move(directory, directory.resolveSibling("moved"));
    Files.createDirectory(directory);
    Files.writeString(directory.resolve("file"), "wrong");
  }

  @Test
  void failuresNameWhatTheCallerHasNamed() throws IOException {
    Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
    try (SecureDirectoryStream<Path> stream = stream()) {
      assertThatThrownBy(() -> stream.newByteChannel(name("missing"), READ))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessage("missing");
      Set<OpenOption> creating = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      assertThatThrownBy(() -> stream.newByteChannel(name("file"), creating))
          .isInstanceOf(FileAlreadyExistsException.class)
          .hasMessage("file");
      Set<OpenOption> notFollowing = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
      assertThatThrownBy(() -> stream.newByteChannel(name("link"), notFollowing))
          .isInstanceOf(FileSystemException.class)
          .hasMessageStartingWith("link");
      assertThat(text(stream.newByteChannel(name("link"), READ))).isEqualTo("right");
    }
  }

  @Test
  void closedStreamOpensNothing() throws IOException {
    SecureDirectoryStream<Path> stream = stream();
    stream.newByteChannel(name("file"), READ).close();
    stream.close();
    assertThatThrownBy(() -> stream.newByteChannel(name("file"), READ))
        .isInstanceOf(ClosedDirectoryStreamException.class);
  }

  @Test
  void absoluteNamesAndDeletionOnCloseWorkToo() throws IOException {
    try (SecureDirectoryStream<Path> stream = stream()) {
      Path absolute = UringFileSystem.of(uring, directory.resolve("file"));
      assertThat(text(stream.newByteChannel(absolute, READ))).isEqualTo("right");
      Set<OpenOption> deleting =
          Set.of(StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
      assertThat(text(stream.newByteChannel(name("file"), deleting))).isEqualTo("right");
      assertThat(directory.resolve("file")).doesNotExist();
    }
  }
}
