package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.nio.UringFileChannel;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A file system that hangs, and does not care for signals: what a dead NFS server looks like. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 40, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StuckDeviceTest {
  private static final int MORE_THAN_CARRIERS = Runtime.getRuntime().availableProcessors() + 2;

  @TempDir Path directory;
  private StuckFileSystem stuck;
  private Uring uring;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue(
        Uring.available(), () -> "needs io_uring: " + Uring.unavailableReason().orElseThrow());
    stuck = StuckFileSystem.mount();
    uring = Uring.open(UringOptions.builder().fallback(UringOptions.Fallback.NEVER).build());
  }

  @AfterEach
  void unmount() throws Exception {
    if (stuck != null) {
      stuck.close(); // first: it lets go what the ring would wait for
    }
    if (uring != null) {
      uring.close();
    }
  }

  /** A call in a virtual thread of its own. */
  private static final class Call<T> {
    private final FutureTask<T> task;
    private final Thread thread;

    Call(Callable<T> body) {
      task = new FutureTask<>(body);
      thread = Thread.ofVirtual().start(task);
    }

    T result() throws Exception {
      return task.get(20, TimeUnit.SECONDS);
    }
  }

  /** Reads 1000 bytes, and then says whether the thread was interrupted. */
  private static boolean readInterrupted(UringFile file, long offset) throws Exception {
    byte[] bytes = new byte[1000];
    file.readFully(ByteBuffer.wrap(bytes), offset);
    assertThat(new String(bytes, StandardCharsets.US_ASCII)).isEqualTo("x".repeat(bytes.length));
    return Thread.interrupted();
  }

  /** Opens the file that hangs in open; an interrupt is how it has to end. */
  private boolean openInterrupted() throws Exception {
    try (UringFile _ = uring.openFile(stuck.file("open"))) {
      return false;
    } catch (InterruptedIOException e) {
      return Thread.interrupted();
    }
  }

  @Test
  void failedFsyncReachesEveryCallThatCameBeforeItsEnd() throws Exception {
    try (UringFile file = uring.openFile(stuck.file("fail"))) {
      List<Call<Void>> calls = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        calls.add(
            new Call<>(
                () -> {
                  file.force(false);
                  return null;
                }));
        stuck.awaitHung("fail", 1);
      }
      for (Call<Void> call : calls) {
        Waiting.untilParked(call.thread);
      }
      stuck.release();
      for (Call<Void> call : calls) {
        assertThatThrownBy(call::result)
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(FileSystemException.class)
            .hasMessageContaining("EIO");
      }
    }
  }

  @Test
  void hungReadsHoldUpNobodyElse() throws Exception {
    int reads = 100;
    try (UringFile file = uring.openFile(stuck.file("read"))) {
      List<Call<Boolean>> calls = new ArrayList<>();
      for (int i = 0; i < reads; i++) {
        long offset = i * 1000L;
        calls.add(new Call<>(() -> readInterrupted(file, offset)));
      }
      // The kernel's FUSE takes as many from a process as there are; the others wait with it.
      stuck.awaitHung("read", 10);
      RoundTrip.onVirtualThread(uring, directory);
      Call<Boolean> good =
          new Call<>(
              () -> {
                try (UringFile other = uring.openFile(stuck.file("good"))) {
                  return readInterrupted(other, 0);
                }
              });
      assertThat(good.result()).isFalse();
      stuck.release();
      for (Call<Boolean> call : calls) {
        assertThat(call.result()).isFalse();
      }
    }
  }

  @Test
  void hungReadOutlastsAnInterruptAndReturnsItsBytes() throws Exception {
    try (UringFile file = uring.openFile(stuck.file("read"))) {
      Call<Boolean> call = new Call<>(() -> readInterrupted(file, 0));
      stuck.awaitHung("read", 1);
      call.thread.interrupt();
      Waiting.until("the thread to see the interrupt", () -> isWaitingForItsCancel(call.thread));
      assertThat(call.task.isDone()).isFalse(); // the kernel still has its buffer
      stuck.release();
      assertThat(call.result()).isTrue();
    }
  }

  private static boolean isWaitingForItsCancel(Thread thread) {
    return thread.getState() == Thread.State.TIMED_WAITING && !thread.isInterrupted();
  }

  /** A lock waits for closes of its own file only: any of those would drop it. */
  @Test
  void hungCloseHoldsUpNoLockOfAnotherFile() throws Exception {
    Path path = Files.createFile(directory.resolve("locked"));
    UringFile file = uring.openFile(stuck.file("close"));
    Call<Void> close =
        new Call<>(
            () -> {
              file.close();
              return null;
            });
    stuck.awaitHung("close", 1);
    try (UringFileChannel channel =
        UringFileChannel.open(uring, path, Set.of(StandardOpenOption.WRITE))) {
      assertThat(new Call<>(() -> channel.tryLock().isValid()).result()).isTrue();
    }
    assertThat(close.task.isDone()).isFalse();
    stuck.release();
    close.result();
  }

  @Test
  void closeWaitsForAHungRead() throws Exception {
    UringFile file = uring.openFile(stuck.file("read"));
    Call<Boolean> read = new Call<>(() -> readInterrupted(file, 0));
    stuck.awaitHung("read", 1);
    Call<Void> close =
        new Call<>(
            () -> {
              file.close();
              return null;
            });
    Waiting.untilParked(close.thread);
    assertThat(stuck.released("read")).isZero();
    stuck.release();
    close.result();
    try {
      assertThat(read.result()).isFalse();
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(AsynchronousCloseException.class);
    }
    Waiting.until("the descriptor to be closed", () -> stuck.released("read") == 1);
  }

  @Test
  void hungOpenIsLeftOnAnInterruptAndItsDescriptorClosedLater() throws Exception {
    Call<Boolean> call = new Call<>(this::openInterrupted);
    stuck.awaitHung("open", 1);
    call.thread.interrupt();
    assertThat(call.result()).isTrue();
    stuck.release();
    Waiting.until("the descriptor to be closed", () -> stuck.released("open") == 1);
    assertThat(stuck.opened("open")).isEqualTo(1);
  }

  /** The name is in the dentry cache, but opening asks the file system all the same. */
  @Test
  void hungOpensOfAKnownNameHoldUpNoCarrier() throws Exception {
    assertThat(Files.size(stuck.file("open"))).isEqualTo(StuckFileSystem.FILE_BYTES);
    List<Call<Boolean>> calls = new ArrayList<>();
    for (int i = 0; i < MORE_THAN_CARRIERS; i++) {
      calls.add(new Call<>(this::openInterrupted));
    }
    stuck.awaitHung("open", 1);
    Call<Boolean> unrelated = new Call<>(() -> true);
    assertThat(unrelated.result()).isTrue();
    RoundTrip.onVirtualThread(uring, directory);
    for (Call<Boolean> call : calls) {
      call.thread.interrupt();
    }
    for (Call<Boolean> call : calls) {
      assertThat(call.result()).isTrue();
    }
    stuck.release();
    Waiting.until("all to be closed", () -> stuck.released("open") == stuck.opened("open"));
  }

  @Test
  void fileSystemThatDiesEndsWhatHangs() throws Exception {
    UringFile file = uring.openFile(stuck.file("read"));
    Call<Boolean> read = new Call<>(() -> readInterrupted(file, 0));
    Call<Boolean> open = new Call<>(this::openInterrupted);
    stuck.awaitHung("read", 1);
    stuck.awaitHung("open", 1);
    stuck.die();
    assertThat(read.task)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(FileSystemException.class)
        .withMessageContaining("ECONN");
    assertThat(open.task)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(FileSystemException.class);
    // The file system says on closing, too, that it is gone; the descriptor goes all the same.
    assertThatThrownBy(file::close)
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("ENOTCONN");
    assertThat(file.isOpen()).isFalse();
    file.close();
    assertThat(new Call<>(this::openInterrupted).task)
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableThat()
        .withMessageContaining("ENOTCONN");
  }

  @Test
  @Tag("long")
  void ringClosedOverAHungReadIsGivenBackWhenItEnds() throws Exception {
    UringFile file = uring.openFile(stuck.file("read"));
    Call<Boolean> read = new Call<>(() -> readInterrupted(file, 0));
    stuck.awaitHung("read", 1);
    long begun = System.nanoTime();
    uring.close();
    assertThat(System.nanoTime() - begun).isBetween(9_000_000_000L, 20_000_000_000L);
    assertThat(read.task.isDone()).isFalse();
    stuck.release();
    try {
      assertThat(read.result()).isFalse();
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(AsynchronousCloseException.class);
    }
    file.close();
    // LeakCheck sees that thread and memory go now.
  }
}
