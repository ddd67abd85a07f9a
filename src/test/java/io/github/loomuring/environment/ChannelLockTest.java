package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.Deadline;
import io.github.loomuring.FileTimeoutException;
import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.hazard.Call;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.WatchedKernel;
import io.github.loomuring.internal.replace.Replacements;
import io.github.loomuring.nio.UringFileChannel;
import io.github.loomuring.nio.UringOpenOption;
import io.github.loomuring.support.Descriptors;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Locks of channels, as another process sees them. */
@ParameterizedClass
@EnumSource(names = {"RING", "RING_THREE", "POOL", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChannelLockTest {
  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private Path path;
  private ChildJvm.Running other;

  @BeforeEach
  void openEngine() throws Exception {
    uring = engine.open();
    path = Files.writeString(directory.resolve("file"), "0123456789");
    other = ChildJvm.bare(LockFile.class, path).start();
  }

  @AfterEach
  void closeEngine() {
    other.close();
    uring.close();
  }

  private UringFileChannel open(OpenOption... more) throws Exception {
    Set<OpenOption> options = new java.util.HashSet<>(Set.of(READ, WRITE));
    options.addAll(Set.of(more));
    return UringFileChannel.open(uring, path, options);
  }

  /** Whether the other process could not lock the file. */
  private boolean isTaken() throws Exception {
    int taken = other.count("taken");
    int free = other.count("free");
    other.send("try");
    Waiting.until("an answer", () -> other.count("taken") + other.count("free") > taken + free);
    return other.count("taken") > taken;
  }

  private void tell(String command, String answer) throws Exception {
    int before = other.count(answer);
    other.send(command);
    other.awaitLines(answer, before + 1);
  }

  // ---- a held lock

  @Test
  void lockKeepsOthersOutUntilItIsReleased() throws Exception {
    try (UringFileChannel channel = open()) {
      FileLock lock = channel.lock();
      assertThat(isTaken()).isTrue();
      lock.release();
      assertThat(isTaken()).isFalse();
      channel.lock();
      assertThat(isTaken()).isTrue();
    }
    assertThat(isTaken()).isFalse();
  }

  @Test
  void closingAnotherDescriptorOfTheFileDropsNoLock() throws Exception {
    try (UringFileChannel channel = open()) {
      UringFileChannel second = open();
      UringFile file = uring.openFile(path);
      FileLock lock = channel.lock();

      second.close();
      assertThat(isTaken()).isTrue();
      file.close();
      assertThat(isTaken()).isTrue();
      open().close();
      uring.openFile(path, WRITE).close();
      assertThat(isTaken()).isTrue();
      assertThat(uring.files().readString(path)).isEqualTo("0123456789");
      assertThat(isTaken()).isTrue();
      uring.files().write(path, "new".getBytes());
      assertThat(isTaken()).isTrue();
      assertThat(lock.isValid()).isTrue();

      lock.release();
      assertThat(isTaken()).isFalse();
    }
    assertThat(Descriptors.of(path)).isZero();
  }

  @Test
  void descriptorsAreClosedWithTheLastLock() throws Exception {
    UringFileChannel first = open();
    UringFileChannel second = open();
    FileLock one = first.lock(0, 1, false);
    FileLock two = second.lock(1, 1, false);
    open().close();
    int whileLocked = Descriptors.of(path);
    first.close(); // its lock goes, the other one stays
    assertThat(one.isValid()).isFalse();
    assertThat(two.isValid()).isTrue();
    assertThat(Descriptors.of(path)).isEqualTo(whileLocked);
    assertThat(isTaken()).isTrue();
    two.release();
    assertThat(isTaken()).isFalse();
    assertThat(Descriptors.of(path)).isBetween(1, 2); // the second one's, and its plain channel's
    second.close();
    assertThat(Descriptors.of(path)).isZero();
  }

  @Test
  void mappingDropsNoLock() throws Exception {
    try (UringFileChannel channel = open();
        UringFileChannel second = open()) {
      channel.lock();
      for (boolean confined : new boolean[] {true, false}) {
        try (var arena =
            confined ? java.lang.foreign.Arena.ofConfined() : java.lang.foreign.Arena.ofShared()) {
          second.map(UringFileChannel.MapMode.READ_WRITE, 0, 10, arena);
        }
        assertThat(isTaken()).isTrue();
      }
    }
  }

  /** The lock is on the file that had the name before. */
  @Test
  void replacingTheFileDropsNoLock() throws Exception {
    try (UringFileChannel channel = open()) {
      FileLock lock = channel.lock();
      assertThat(isTaken()).isTrue(); // from now on the other process has the file open
      uring.files().replace(path, "new".getBytes());
      assertThat(isTaken()).isTrue();
      lock.release();
      assertThat(isTaken()).isFalse();
    }
  }

  /** After the rename, the descriptor of the temporary file is one of the file itself. */
  @Test
  void lockOfAReplacedFileOutlivesTheEndOfTheReplacement() throws Exception {
    List<UringFileChannel> locked = new ArrayList<>();
    Kernel kernel =
        WatchedKernel.of(
            (name, _, call) -> {
              Object result = call.run();
              if (name.equals("renameat")) {
                locked.add(open());
                locked.getFirst().lock();
              }
              return result;
            });
    Replacements.replace(kernel, path, "new".getBytes());
    try (UringFileChannel channel = locked.getFirst()) {
      other.close();
      other = ChildJvm.bare(LockFile.class, path).start(); // opens the new file
      assertThat(isTaken()).isTrue();
      assertThat(channel.size()).isEqualTo(3);
    }
    assertThat(isTaken()).isFalse();
    assertThat(Descriptors.of(path)).isZero();
  }

  // ---- waiting for one

  @Test
  void tryLockDoesNotWait() throws Exception {
    try (UringFileChannel channel = open()) {
      tell("lock", "locked");
      assertThat(channel.tryLock()).isNull();
      assertThat(channel.tryLock(5, 1, true)).isNull();
      tell("release", "released");
      assertThat(channel.tryLock().isValid()).isTrue();
    }
  }

  @Test
  void lockWaitsUntilTheOtherProcessLetsGo() throws Exception {
    tell("lock", "locked");
    for (Call.On on : Call.On.values()) {
      try (UringFileChannel channel = open()) {
        Call<FileLock> call = startWaiting(on, channel);
        tell("release", "released");
        assertThat(call.value().isValid()).isTrue();
        assertThat(isTaken()).isTrue();
      }
      tell("lock", "locked");
    }
  }

  private static Call<FileLock> startWaiting(Call.On on, UringFileChannel channel)
      throws Exception {
    Call<FileLock> call = Call.start(on, channel::lock);
    awaitPause(call);
    return call;
  }

  /** Returns when the call has found the lock taken. */
  private static void awaitPause(Call<FileLock> call) throws Exception {
    Waiting.until(
        "a pause",
        () -> {
          if (call.hasEnded()) {
            throw new AssertionError("the call has ended", call.failure());
          }
          return call.thread().getState() == Thread.State.TIMED_WAITING;
        });
  }

  @Test
  void interruptEndsTheWait() throws Exception {
    tell("lock", "locked");
    for (boolean keepsOpen : new boolean[] {true, false}) {
      OpenOption[] more = {UringOpenOption.INTERRUPT_KEEPS_OPEN};
      try (UringFileChannel channel = keepsOpen ? open(more) : open()) {
        Call<FileLock> call = startWaiting(Call.On.VIRTUAL, channel);
        call.interrupt();
        call.assertFailed(FileLockInterruptionException.class);
        assertThat(call.interruptedAfterwards()).isTrue();
        assertThat(channel.isOpen()).isEqualTo(keepsOpen);
      }
    }
  }

  @Test
  void closeEndsTheWait() throws Exception {
    tell("lock", "locked");
    UringFileChannel channel = open();
    Call<FileLock> call = startWaiting(Call.On.VIRTUAL, channel);
    channel.close();
    call.assertFailed(AsynchronousCloseException.class);
  }

  @Test
  void deadlineEndsTheWait() throws Exception {
    tell("lock", "locked");
    try (UringFileChannel channel = open()) {
      assertThatThrownBy(() -> Deadline.within(Duration.ofMillis(30), () -> channel.lock()))
          .isInstanceOf(FileTimeoutException.class);
      assertThat(channel.isOpen()).isTrue();
      tell("release", "released");
      assertThat(channel.lock().isValid()).isTrue();
    }
  }

  @Test
  void regionThatIsWaitedForIsRefusedToOthersOfThisProcess() throws Exception {
    tell("lock", "locked");
    try (UringFileChannel channel = open();
        UringFileChannel second = open()) {
      Call<FileLock> call = startWaiting(Call.On.VIRTUAL, channel);
      for (UringFileChannel any : new UringFileChannel[] {channel, second}) {
        assertThatThrownBy(any::lock).isInstanceOf(OverlappingFileLockException.class);
        assertThatThrownBy(any::tryLock).isInstanceOf(OverlappingFileLockException.class);
      }
      tell("release", "released");
      call.value().release();
      second.lock().release();
    }
  }
}
