package io.github.loomuring.internal.op;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.Deadline;
import io.github.loomuring.FileTimeoutException;
import io.github.loomuring.Sync;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.WatchedKernel;
import io.github.loomuring.internal.ring.RingSettings;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.internal.watch.Permits;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which whole files callers write themselves where they may, and which the pool writes for them.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriteFileInlineTest {
  private static final OpenOption[] NEW_CONTENT = {CREATE, TRUNCATE_EXISTING, WRITE};
  private static final int LARGEST = 256 << 10;

  /** What a mount that somebody makes just then can take: an attempt on the caller. */
  private static final int ATTEMPTS = 10;

  @TempDir Path directory;

  private Path path;
  private Simulation simulation;
  private RingEngine engine;

  @BeforeEach
  void open() throws Exception {
    path = directory.resolve("file");
    simulation = Simulation.adaptive(new SimulatedKernel());
    engine = simulation.engine;
  }

  @AfterEach
  void close() {
    simulation.close();
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** Another engine, whose pool has no thread yet. */
  private void renew() throws Exception {
    close();
    open();
  }

  /**
   * Writes over {@code before}, or a file that is not there if that is null, until the pool had no
   * part in it.
   */
  private void assertIsWrittenHere(byte[] before, byte[] bytes, OpenOption... options)
      throws Exception {
    assertIsWrittenHere(before, bytes, Sync.NONE, options);
  }

  private void assertIsWrittenHere(byte[] before, byte[] bytes, Sync sync, OpenOption... options)
      throws Exception {
    for (int attempt = 1; ; attempt++) {
      renew();
      Files.deleteIfExists(path);
      if (before != null) {
        Files.write(path, before);
      }
      engine.write(path, OpenSpec.of(options), bytes, sync);
      assertThat(path).hasBinaryContent(bytes);
      assertThat(simulation.kernel.calls("openat")).isEqualTo(1);
      if (engine.context().wholeFiles.threads() == 0) {
        return;
      }
      assertThat(attempt).as("attempts").isLessThan(ATTEMPTS);
    }
  }

  /** On an engine that has written nothing yet. */
  private void assertIsWrittenByThePool(byte[] bytes, Sync sync, OpenOption... options)
      throws Exception {
    assertThat(engine.context().wholeFiles.threads()).isZero();
    engine.write(path, OpenSpec.of(options), bytes, sync);
    assertThat(path).hasBinaryContent(bytes);
    assertThat(engine.context().wholeFiles.threads()).isEqualTo(1);
    assertThat(simulation.kernel.calls("openat")).isEqualTo(1);
  }

  private static RingEngine engineOn(Kernel kernel) {
    try {
      return RingEngine.open(
          kernel,
          RingSettings.builder(8, 32).gate(8).inlineNonBlocking(true).inlineAdaptive(true).build());
    } catch (UnavailableException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  // ---- by the caller

  @Test
  void callerWritesAFileThatIsNotThere() throws Exception {
    for (int length : new int[] {0, 1, 4096, LARGEST}) {
      assertIsWrittenHere(null, bytes(length), NEW_CONTENT);
    }
  }

  @Test
  void callerWritesAFileThatIsThere() throws Exception {
    assertIsWrittenHere(bytes(LARGEST), bytes(7), NEW_CONTENT);
    assertIsWrittenHere(new byte[0], bytes(5), WRITE, APPEND);
  }

  @Test
  void descriptorsAreClosedAndTheSlotIsFree() throws Exception {
    assertIsWrittenHere(null, bytes(100), NEW_CONTENT);
    simulation.awaitIdle();
    assertThat(simulation.kernel.unbalanced()).containsExactly(SimulatedKernel.RING_FD);
  }

  // ---- by the pool

  @Test
  void callerWritesWhatIsToBeOnTheDevice() throws Exception {
    for (Sync sync : new Sync[] {Sync.DATA, Sync.FULL}) {
      assertIsWrittenHere(null, bytes(100), sync, NEW_CONTENT);
      renew();
    }
    assertIsWrittenHere(null, bytes(101), Sync.NONE, CREATE, WRITE, DSYNC);
  }

  @Test
  void poolWritesWhatIsLarge() throws Exception {
    assertIsWrittenByThePool(bytes(LARGEST + 1), Sync.NONE, NEW_CONTENT);
    renew();
    Files.write(path, bytes((1 << 20) + 1));
    assertIsWrittenByThePool(bytes(1), Sync.NONE, NEW_CONTENT); // to truncate it takes long
  }

  @Test
  void poolFollowsSymbolicLinks() throws Exception {
    Path target = Files.write(directory.resolve("target"), bytes(10));
    Files.createSymbolicLink(path, target);
    assertIsWrittenByThePool(bytes(100), Sync.NONE, NEW_CONTENT);
    assertThat(path).isSymbolicLink();
    assertThat(target).hasBinaryContent(bytes(100));
  }

  /** More callers than the device has permits for wait in the pool, where they hold no carrier. */
  @Test
  void poolWritesWhereThereIsNoPermit() throws Exception {
    RingFile file = simulation.open(Files.createFile(directory.resolve("other")));
    Permits permits = file.handle.device.permits;
    List<Integer> taken = new ArrayList<>();
    for (int permit = permits.tryEnter(); permit != Permits.NONE; permit = permits.tryEnter()) {
      taken.add(permit);
    }
    int opens = simulation.kernel.calls("openat");
    assertIsWrittenByThePool(bytes(100), Sync.NONE, NEW_CONTENT);
    taken.forEach(permits::leave);
    assertThat(permits.inside()).isZero();
    assertThat(opens).isZero();
  }

  @Test
  void poolWritesWhereTheDirectoryIsNotCached() throws Exception {
    simulation.kernel.answer("openat2", Errno.EAGAIN.negated());
    assertIsWrittenByThePool(bytes(100), Sync.NONE, NEW_CONTENT);
  }

  @Test
  void poolSaysWhatIsWrong() throws Exception {
    assertThatThrownBy(() -> engine.write(path, OpenSpec.of(WRITE), bytes(1), Sync.NONE))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(path.toString());
    Files.createFile(path);
    assertThatThrownBy(
            () -> engine.write(path, OpenSpec.of(CREATE_NEW, WRITE), bytes(1), Sync.NONE))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessage(path.toString());
  }

  /** A name alone, in the working directory, and the root, which has none. */
  @Test
  void pathsWithoutADirectoryAreRight() throws Exception {
    Path relative = Path.of("write-file-inline-test." + ProcessHandle.current().pid());
    try {
      engine.write(relative, OpenSpec.of(NEW_CONTENT), bytes(9), Sync.NONE);
      assertThat(relative).hasBinaryContent(bytes(9));
    } finally {
      Files.deleteIfExists(relative);
    }
    assertThatThrownBy(
            () -> engine.write(Path.of("/"), OpenSpec.of(NEW_CONTENT), bytes(9), Sync.NONE))
        .hasMessageContaining("EISDIR");
  }

  @Test
  void callerThatIsInterruptedWritesNothing() throws Exception {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> engine.write(path, OpenSpec.of(NEW_CONTENT), bytes(1), Sync.NONE))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(path).doesNotExist();
  }

  @Test
  void callerWhoseDeadlineIsOverWritesNothing() {
    assertThatThrownBy(
            () ->
                Deadline.within(
                    Duration.ofMillis(1),
                    () -> {
                      Thread.sleep(2); // the deadline comes meanwhile
                      engine.write(path, OpenSpec.of(NEW_CONTENT), bytes(1), Sync.NONE);
                      return null;
                    }))
        .isInstanceOf(FileTimeoutException.class);
    assertThat(path).doesNotExist();
  }

  @Test
  void bytesOfAFifoGoToItsReader() throws Exception {
    Fifos.make(path);
    RingEngine own = engineOn(LinuxKernel.INSTANCE); // streams have offsets on the simulated one
    try (RandomAccessFile both = new RandomAccessFile(path.toFile(), "rw")) {
      own.write(path, OpenSpec.of(WRITE), bytes(100), Sync.NONE);
      byte[] read = new byte[100];
      both.readFully(read);
      assertThat(read).isEqualTo(bytes(100));
    } finally {
      own.close();
    }
  }

  /** Callers beyond the permits leave a device whose writes take long to the pool. */
  @Test
  void callersOfSlowDeviceShareItWithThePool() throws Exception {
    Kernel slow =
        WatchedKernel.of(
            (name, _, call) -> {
              if (name.equals("pwrite")) {
                Thread.sleep(25);
              }
              return call.run();
            });
    RingEngine own = engineOn(slow);
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writes = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        Path file = directory.resolve("file" + i);
        writes.add(
            callers.submit(
                () -> {
                  own.write(file, OpenSpec.of(NEW_CONTENT), bytes(2), Sync.NONE);
                  return null;
                }));
      }
      for (Future<?> write : writes) {
        write.get();
      }
      assertThat(own.context().wholeFiles.threads()).isPositive();
    } finally {
      own.close();
    }
    for (int i = 0; i < 32; i++) {
      assertThat(directory.resolve("file" + i)).hasBinaryContent(bytes(2));
    }
  }
}
