package io.github.loomuring.nio;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.Uring;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Users keep maps by keys: one registration has one key, whatever becomes of it. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WatchKeysTest {
  private static final long LONG_SECONDS = 20;

  @Parameter Subject subject;
  @TempDir Path temporary;
  private Uring uring;
  private Path directory;
  private WatchService service;

  @BeforeEach
  void open() throws Exception {
    uring = subject.open();
    directory = subject.path(uring, temporary);
    service = directory.getFileSystem().newWatchService();
  }

  @AfterEach
  void close() throws Exception {
    service.close();
    if (uring != null) {
      uring.close();
    }
  }

  private WatchKey poll() throws Exception {
    return subject.call(() -> service.poll(LONG_SECONDS, TimeUnit.SECONDS));
  }

  private WatchKey register(Path path) throws Exception {
    return subject.call(() -> path.register(service, ENTRY_CREATE));
  }

  /** Has an event queued: one of another directory, which comes later, has been polled. */
  private void queue(Path inDirectory) throws Exception {
    Path marker = Files.createDirectory(temporary.resolve("marker"));
    WatchKey later = register(subject.path(uring, marker));
    Files.createFile(inDirectory);
    Files.createFile(marker.resolve("f"));
    // Both came by one descriptor in this order, so the first is in the queue when the second is.
    Waiting.until("the later event", () -> !later.pollEvents().isEmpty());
    later.cancel();
  }

  @Test
  void keyThatIsCancelledWhileQueuedIsPolledAsItself() throws Exception {
    WatchKey key = register(directory);
    queue(temporary.resolve("file"));
    key.cancel();
    assertThat(key.isValid()).isFalse();
    assertThat(poll()).isSameAs(key);
    assertThat(key.reset()).isFalse();
    assertThat(key.watchable()).isEqualTo(directory);
  }

  @Test
  void keyThatIsCancelledWhileQueuedIsTakenAsItself() throws Exception {
    WatchKey key = register(directory);
    queue(temporary.resolve("file"));
    key.cancel();
    assertThat(subject.call(service::take)).isSameAs(key);
    assertThat(key.pollEvents()).isNotEmpty();
  }

  @Test
  void directoryRegisteredAfterACancelHasAnotherKey() throws Exception {
    WatchKey key = register(directory);
    key.cancel();
    WatchKey next = register(directory);
    assertThat(next).isNotSameAs(key);
    Files.createFile(temporary.resolve("file"));
    assertThat(poll()).isSameAs(next);
    assertThat(next.reset()).isTrue();
    assertThat(key.reset()).isFalse();
  }

  @Test
  void directoryRegisteredTwiceHasOneKeyAndItsFirstName() throws Exception {
    Path working = subject.path(uring, Path.of("").toAbsolutePath());
    Path relative = working.relativize(directory.toAbsolutePath());
    WatchKey key = register(relative);
    assertThat(register(directory)).isSameAs(key);
    assertThat(subject.call(() -> directory.register(service, ENTRY_DELETE))).isSameAs(key);
    assertThat(register(relative)).isSameAs(key);
    assertThat(key.watchable()).isEqualTo(relative);
    Files.delete(Files.createFile(temporary.resolve("file")));
    assertThat(poll()).isSameAs(key);
    assertThat(key.reset()).isTrue();
  }

  @Test
  void keyOfADirectoryThatIsDeletedIsPolledAsItself() throws Exception {
    Path below = Files.createDirectory(temporary.resolve("below"));
    WatchKey key = register(subject.path(uring, below));
    Files.delete(below);
    assertThat(poll()).isSameAs(key);
    assertThat(key.reset()).isFalse();
    assertThat(key.isValid()).isFalse();
  }

  @Test
  void closeWhileKeysAreQueuedEndsThem() throws Exception {
    WatchKey key = register(directory);
    queue(temporary.resolve("file"));
    service.close();
    assertThat(key.isValid()).isFalse();
    assertThat(key.reset()).isFalse();
    key.cancel();
    assertThatThrownBy(service::poll).isInstanceOf(ClosedWatchServiceException.class);
    assertThatThrownBy(service::take).isInstanceOf(ClosedWatchServiceException.class);
  }

  /** A key that the user has dropped, and that is valid, is still told of with its name. */
  @Test
  void keyThatNobodyKeepsHasItsName() throws Exception {
    register(directory);
    System.gc();
    Files.createFile(temporary.resolve("file"));
    WatchKey key = poll();
    assertThat(key.watchable()).isEqualTo(directory);
    assertThat(key.pollEvents().getFirst().context().toString()).isEqualTo("file");
  }

  @Test
  void keysThatWereCancelledAreForgotten() throws Exception {
    if (!(service instanceof UringWatchService ours)) {
      return; // the JDK's
    }
    List<WatchKey> kept = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      WatchKey key = register(directory);
      key.cancel();
      if (i < 3) {
        kept.add(key);
      }
    }
    Waiting.until(
        "keys to be forgotten",
        () -> {
          System.gc();
          return ours.keyCount() <= kept.size() + 1;
        });
    assertThat(kept).doesNotHaveDuplicates().hasSize(3);
  }
}
