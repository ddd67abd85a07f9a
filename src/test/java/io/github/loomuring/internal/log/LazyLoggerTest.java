package io.github.loomuring.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Waiting;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class LazyLoggerTest {
  private static final LazyLogger LOGGER = new LazyLogger(LazyLoggerTest.class);

  @Test
  void isTheOneOfItsClass() {
    assertThat(LOGGER.get().getName()).isEqualTo(LazyLoggerTest.class.getName());
    assertThat(LOGGER.get()).isSameAs(LOGGER.get());
  }

  /** java.util.logging forgets a logger that nobody holds, and what was set on it. */
  @Test
  void levelThatAProgramSetsStays() throws Exception {
    LOGGER.get();
    Logger.getLogger(LazyLoggerTest.class.getName()).setLevel(Level.FINEST);
    Logger.getLogger("nobody holds this one").setLevel(Level.FINEST);
    Waiting.until(
        "a logger to be forgotten",
        () -> {
          System.gc();
          return Logger.getLogger("nobody holds this one").getLevel() == null;
        });
    assertThat(Logger.getLogger(LazyLoggerTest.class.getName()).getLevel()).isEqualTo(Level.FINEST);
  }
}
