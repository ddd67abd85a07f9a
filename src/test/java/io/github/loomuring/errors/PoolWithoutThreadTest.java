package io.github.loomuring.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.schedule.HeldUpCaller;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work that is handed over while no thread of the pool runs is done by somebody. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolWithoutThreadTest {
  private static final int POINTS_MAX = 500;

  @AfterEach
  void disarm() {
    ThrowPoints.disarm();
  }

  /**
   * The executor counts a thread from the moment in which it begins to make it. Work that is queued
   * for that thread is lost if the thread then cannot be made.
   */
  @ParameterizedTest(name = "virtual {0}")
  @ValueSource(booleans = {true, false})
  void callsBesideAThreadThatCannotBeMadeEnd(boolean virtual) throws Throwable {
    Method heldUpAt =
        new ThrowPointsLoader()
            .loadClass(HeldUpCaller.class.getName())
            .getMethod("at", int.class, boolean.class);
    int points = 0;
    try {
      while (points < POINTS_MAX && (boolean) heldUpAt.invoke(null, points + 1, virtual)) {
        points++;
      }
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    assertThat(points).as("points at which the caller was held up").isBetween(3, POINTS_MAX - 1);
  }
}
