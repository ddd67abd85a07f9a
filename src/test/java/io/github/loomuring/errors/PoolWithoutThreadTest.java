package io.github.loomuring.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.schedule.HeldUpCaller;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
  @Test
  void callsBesideAThreadThatCannotBeMadeEnd() throws Throwable {
    Method heldUpAt =
        new ThrowPointsLoader().loadClass(HeldUpCaller.class.getName()).getMethod("at", int.class);
    int points = 0;
    try {
      while (points < POINTS_MAX && (boolean) heldUpAt.invoke(null, points + 1)) {
        points++;
      }
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    assertThat(points).as("points at which the caller was held up").isBetween(3, POINTS_MAX - 1);
  }
}
