package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The pauses between cancels grow up to a bound, and begin anew with each operation. */
class CancelPausesTest {
  private final CancelPauses pauses = new CancelPauses();

  @Test
  void pausesAreDoubledUpToABound() {
    pauses.begin();
    assertThat(pauses.nextNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(pauses.nextNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(2));
    for (int i = 0; i < 20; i++) {
      pauses.nextNanos();
    }
    assertThat(pauses.nextNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
    pauses.begin();
    assertThat(pauses.nextNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
  }

  /** Only pauses after a cancel count: one that was not sent had no chance. */
  @Test
  void cancelsHaveHadTimeEnoughAfterTwentyMilliseconds() {
    pauses.begin();
    pauses.nextNanos();
    assertThat(pauses.areEnough()).isFalse();
    pauses.cancelled(TimeUnit.MILLISECONDS.toNanos(19));
    assertThat(pauses.areEnough()).isFalse();
    pauses.cancelled(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(pauses.areEnough()).isTrue();
    pauses.begin();
    assertThat(pauses.areEnough()).isFalse();
  }
}
