package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.ring.Gate;
import org.junit.jupiter.api.Test;

/** When plain writes on the caller are given up for a while: if the slow ones take a fifth. */
class DeviceTest {
  private static final long MS = 1_000_000;

  private final Device device = new Device(new Gate(1, null), Fcntl.EXT4_SUPER_MAGIC);
  private final long begun = System.nanoTime();

  private void slow(long millis, long atMillis) {
    device.inlineWriteWasSlow(millis * MS, begun + atMillis * MS);
  }

  private boolean mayTry(long atMillis) {
    return device.inlineWrites(begun + atMillis * MS);
  }

  @Test
  void writesThatLoseTheirProcessorNowAndThenGoOn() {
    for (int at = 10; at < 10_000; at += 10) {
      slow(1, at);
      assertThat(mayTry(at)).as("at %d ms", at).isTrue();
    }
  }

  @Test
  void oneThatWaitsForLongGivesThemUpFor20Ms() {
    slow(21, 21);
    assertThat(mayTry(21)).isFalse();
    assertThat(mayTry(40)).isFalse();
    assertThat(mayTry(41)).isTrue();
  }

  @Test
  void manyThatWaitGiveThemUpToo() {
    for (int at = 3; at <= 18; at += 3) {
      slow(3, at);
    }
    assertThat(mayTry(18)).isTrue();
    slow(3, 21);
    assertThat(mayTry(21)).isFalse();
    assertThat(mayTry(41)).isTrue();
    slow(19, 60); // counted anew
    assertThat(mayTry(60)).isTrue();
  }
}
