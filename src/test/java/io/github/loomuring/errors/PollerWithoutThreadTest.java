package io.github.loomuring.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.op.FirstStreamRead;
import io.github.loomuring.support.Fifos;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A full heap while the thread that waits for streams is made keeps no later read waiting. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PollerWithoutThreadTest {
  private static final int POINTS_MAX = 500;

  @TempDir Path directory;

  @AfterEach
  void disarm() {
    ThrowPoints.disarm();
  }

  @ParameterizedTest(name = "virtual {0}")
  @ValueSource(booleans = {true, false})
  void readsAfterAThreadThatCannotBeMadeEnd(boolean virtual) throws Throwable {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Method readAt =
        new ThrowPointsLoader()
            .loadClass(FirstStreamRead.class.getName())
            .getMethod("at", Path.class, int.class, boolean.class);
    int points = 0;
    try {
      while (points < POINTS_MAX && (boolean) readAt.invoke(null, fifo, points + 1, virtual)) {
        points++;
      }
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    assertThat(points).as("points at which an Error was thrown").isBetween(3, POINTS_MAX - 1);
  }
}
