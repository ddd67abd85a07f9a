package io.github.loomuring;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Descriptors;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that nobody closes, and nobody has any more. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForgottenFileTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(names = {"RING", "POOL", "CHANNELS"})
  void descriptorOfAForgottenFileIsClosedAndTheThreadThatDoesItEnds(Engines engine)
      throws Exception {
    Path path = directory.resolve("file");
    try (Uring uring = engine.open()) {
      forget(uring, path);
      assertThat(Descriptors.of(path)).isEqualTo(1);
      Waiting.until(
          "the forgotten file to be closed",
          () -> {
            System.gc();
            return Descriptors.of(path) == 0;
          });
      Waiting.until("the cleaner to end", () -> !isCleanerThere());
      // It starts again.
      Files.delete(path);
      forget(uring, path);
      assertThat(isCleanerThere()).isTrue();
      Waiting.until(
          "the second to be closed",
          () -> {
            System.gc();
            return Descriptors.of(path) == 0;
          });
    }
  }

  private static void forget(Uring uring, Path path) throws IOException {
    assertThat(uring.openFile(path, CREATE_NEW, WRITE).isOpen()).isTrue();
  }

  private static boolean isCleanerThere() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("loom-uring-cleaner"));
  }
}
