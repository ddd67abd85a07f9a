package io.github.loomuring.internal.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockedShareTest {
  private final BlockedShare share = new BlockedShare();

  private void add(int looks, int mounted, int blocked) {
    for (int i = 0; i < looks; i++) {
      share.add(mounted, blocked);
    }
  }

  @Test
  void fewLooksTellNothing() {
    add(3, 2, 2);
    assertThat(share.isHalf()).isFalse();
    assertThat(share.isQuarter()).isFalse();
    assertThat(share.leavesFewerThan(2)).isFalse();
    add(1, 2, 2);
    assertThat(share.isHalf()).isTrue();
    assertThat(share.isQuarter()).isTrue();
    assertThat(share.leavesFewerThan(2)).isTrue();
    share.reset();
    assertThat(share.isHalf()).isFalse();
  }

  @Test
  void carriersThatRunAreNotBlocked() {
    add(100, 64, 0);
    assertThat(share.isQuarter()).isFalse();
    assertThat(share.leavesFewerThan(2)).isFalse();
    assertThat(share.blocked()).isZero();
  }

  @Test
  void noCarrierIsNoBlockedCarrier() {
    add(100, 0, 0);
    assertThat(share.isHalf()).isFalse();
    assertThat(share.isQuarter()).isFalse();
  }

  /** A carrier that is found blocked now and then is not blocked most of the time. */
  @Test
  void oneLookOfManyChangesLittle() {
    add(20, 2, 0);
    add(1, 2, 2);
    assertThat(share.isHalf()).isFalse();
    assertThat(share.leavesFewerThan(2)).isTrue();
    add(2, 2, 0);
    assertThat(share.leavesFewerThan(2)).isFalse();
    assertThat(share.blocked()).isZero();
  }

  @Test
  void oneOfEightThatIsBlockedForLongLeavesTooFew() {
    add(20, 8, 0);
    add(4, 8, 1);
    assertThat(share.leavesFewerThan(8)).isTrue();
    assertThat(share.isQuarter()).isFalse();
    assertThat(share.blocked()).isEqualTo(1);
  }

  @Test
  void sharesAreFoundInCarriersThatComeAndGo() {
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      share.add(64, 50 + random.nextInt(14));
      assertThat(i < 3 || share.isHalf()).isTrue();
    }
    for (int i = 0; i < 1_000; i++) {
      share.add(64, 18 + random.nextInt(10));
      assertThat(i < 100 || (share.isQuarter() && !share.isHalf())).isTrue();
    }
    for (int i = 0; i < 1_000; i++) {
      share.add(64, random.nextInt(10));
      assertThat(i < 100 || !share.isQuarter()).isTrue();
    }
  }
}
