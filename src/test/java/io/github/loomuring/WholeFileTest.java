package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.OnManyEngines;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole files that are written with the device's word, and replaced. */
@ParameterizedClass
@OnManyEngines
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WholeFileTest {
  private static final int MIB = 1 << 20;

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private FileOperations files;
  private Path path;

  @BeforeEach
  void open() {
    uring = engine.open();
    files = uring.files();
    path = directory.resolve("file");
  }

  @AfterEach
  void close() {
    uring.close();
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  // ---- written

  @ParameterizedTest
  @EnumSource
  void bytesAreThereWhateverTheDeviceIsToHave(Sync sync) throws Exception {
    for (int length : new int[] {0, 1, 16_384, MIB, MIB + 1}) {
      assertThat(files.write(path, bytes(length), sync)).isEqualTo(path);
      assertThat(path).hasBinaryContent(bytes(length));
    }
    files.write(path, bytes(10), sync, WRITE);
    byte[] expected = bytes(MIB + 1);
    System.arraycopy(bytes(10), 0, expected, 0, 10);
    assertThat(path).hasBinaryContent(expected);
    files.write(path, bytes(7), sync, APPEND);
    byte[] longer = Arrays.copyOf(expected, expected.length + 7);
    System.arraycopy(bytes(7), 0, longer, expected.length, 7);
    assertThat(path).hasBinaryContent(longer);
    assertThatThrownBy(() -> files.write(path, bytes(7), sync, CREATE_NEW))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessage(path.toString());
    assertThat(path).hasBinaryContent(longer);
  }

  @Test
  void fileThatWasWrittenIsNoLongerOpenForWriting() throws Exception {
    Files.createFile(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        byte[] script = ("#!/bin/sh\nexit " + i).getBytes();
        executor.submit(() -> files.write(path, script)).get();
        // Text file busy, if it were.
        assertThat(new ProcessBuilder(path.toString()).start().waitFor()).isEqualTo(i);
      }
    }
  }

  // ---- replaced

  @Test
  void fileIsCreatedAndReplaced() throws Exception {
    for (int length : new int[] {5, 0, 3 * MIB, 16_384}) {
      assertThat(files.replace(path, bytes(length))).isEqualTo(path);
      assertThat(path).hasBinaryContent(bytes(length));
    }
    assertThat(names()).containsExactly("file");
    Path longest = directory.resolve("n".repeat(255));
    files.replace(longest, bytes(3));
    assertThat(longest).hasBinaryContent(bytes(3));
  }

  @Test
  void newFileHasThePermissionsOfAnyOther() throws Exception {
    Path other = Files.write(directory.resolve("other"), bytes(1));
    files.replace(path, bytes(1));
    assertThat(Files.getPosixFilePermissions(path)).isEqualTo(Files.getPosixFilePermissions(other));
  }

  @Test
  void replacedFileKeepsItsPermissionsAndReadersTheirBytes() throws Exception {
    Files.write(path, bytes(9));
    for (String permissions : List.of("rw-rw-rw-", "r--------", "rwxr-x--x")) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
      try (UringFile reader = uring.openFile(path, READ)) {
        byte[] before = Files.readAllBytes(path);
        files.replace(path, bytes(before.length + 1));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .isEqualTo(permissions);
        assertThat(reader.size()).isEqualTo(before.length);
      }
    }
  }

  @Test
  void symbolicLinkStaysAndWhatItLeadsToIsReplaced() throws Exception {
    Path below = Files.createDirectory(directory.resolve("below"));
    Path target = Files.write(below.resolve("target"), bytes(9));
    Path one = Files.createSymbolicLink(directory.resolve("one"), Path.of("below/two"));
    Files.createSymbolicLink(below.resolve("two"), Path.of("target"));
    files.replace(one, bytes(10));
    assertThat(target).hasBinaryContent(bytes(10)).isRegularFile();
    assertThat(Files.isSymbolicLink(one)).isTrue();
    Path dangling = Files.createSymbolicLink(directory.resolve("new"), Path.of("below/new"));
    files.replace(dangling, bytes(11));
    assertThat(below.resolve("new")).hasBinaryContent(bytes(11));
    Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
    assertThatThrownBy(() -> files.replace(directory.resolve("loop"), bytes(1)))
        .isInstanceOf(FileSystemLoopException.class);
    assertThat(names()).containsExactlyInAnyOrder("below", "one", "new", "loop");
    assertThat(below).isDirectoryNotContaining("glob:**/.*");
  }

  @Test
  void whatCannotBeReplacedIsReported() throws Exception {
    assertThatThrownBy(() -> files.replace(directory, bytes(1)))
        .isInstanceOf(FileSystemException.class)
        .hasMessage(directory + ": Is a directory");
    assertThatThrownBy(() -> files.replace(Path.of("/"), bytes(1)))
        .isInstanceOf(FileSystemException.class);
    assertThatThrownBy(() -> files.replace(Path.of("/dev/null"), bytes(1)))
        .isInstanceOf(FileSystemException.class)
        .hasMessage("/dev/null: is not a regular file");
    assertThatThrownBy(() -> files.replace(directory.resolve("missing/file"), bytes(1)))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files.replace(directory.resolve("n".repeat(256)), bytes(1)))
        .isInstanceOf(FileSystemException.class);
    Files.write(path, bytes(1));
    assertThatThrownBy(() -> files.replace(path.resolve("x"), bytes(1)))
        .isInstanceOf(FileSystemException.class);
    assertThatThrownBy(() -> files.replace(null, bytes(1)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("path");
    assertThatThrownBy(() -> files.replace(path, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("bytes");
    assertThatThrownBy(() -> files.write(path, bytes(1), (Sync) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("sync");
    assertThat(path).hasBinaryContent(bytes(1));
    assertThat(names()).containsExactly("file");
  }

  @Test
  void readersSeeTheOldBytesOrTheNewOnes() throws Exception {
    files.replace(path, whole(1));
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        byte value = (byte) i;
        all.add(executor.submit(() -> replaceOften(value)));
        all.add(executor.submit(this::readOften));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(names()).containsExactly("file");
  }

  private Void replaceOften(byte value) throws IOException {
    for (int i = 0; i < 10; i++) {
      files.replace(path, whole(value));
    }
    return null;
  }

  private Void readOften() throws IOException {
    for (int i = 0; i < 50; i++) {
      byte[] read = files.readAllBytes(path);
      assertThat(read).isEqualTo(whole(read[0]));
    }
    return null;
  }

  /** Of a length and bytes that follow from {@code value}. */
  private static byte[] whole(int value) {
    byte[] bytes = new byte[20_000 + 1_000 * value];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  // ---- ended

  @Test
  void interruptedBeforeNothingIsDone() throws Exception {
    Files.write(path, bytes(3));
    Thread.currentThread().interrupt();
    Throwable replaced = catchThrowable(() -> files.replace(path, bytes(4)));
    Throwable written = catchThrowable(() -> files.write(path, bytes(4), Sync.FULL));
    Throwable read = catchThrowable(() -> files.readAllBytes(path));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(replaced).isInstanceOf(InterruptedIOException.class);
    assertThat(written).isInstanceOf(InterruptedIOException.class);
    assertThat(read).isInstanceOf(InterruptedIOException.class);
    assertThat(path).hasBinaryContent(bytes(3));
    assertThat(names()).containsExactly("file");
  }

  /** Whatever an interrupt hits, no other write of the file comes after the call has ended. */
  @Test
  void writesThatAreInterruptedHaveEnded() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      Thread writer = Thread.ofVirtual().start(() -> writeUntilInterrupted(whole(1)));
      Thread.sleep(0, random.nextInt(900_000));
      writer.interrupt();
      writer.join();
      files.write(path, whole(2));
      assertThat(path).hasBinaryContent(whole(2));
    }
  }

  private void writeUntilInterrupted(byte[] bytes) {
    try {
      for (; ; ) {
        files.write(path, bytes);
      }
    } catch (InterruptedIOException e) {
      assertThat(e).hasMessageStartingWith(path + ": ");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void closedUringRefuses() throws Exception {
    uring.close();
    assertThatThrownBy(() -> files.replace(path, bytes(1)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> files.write(path, bytes(1), Sync.DATA))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> files.readAllBytes(path)).isInstanceOf(ClosedChannelException.class);
    assertThat(names()).isEmpty();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(one -> one.getFileName().toString()).toList();
    }
  }
}
