package io.github.loomuring.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SteadinessTest {
  private static final double COMPILED = 0;

  private final Steadiness steadiness = new Steadiness();

  @Test
  void aRateThatStaysIsSteadyAfterEightWindows() {
    for (int i = 0; i < 7; i++) {
      assertThat(steadiness.add(1000 + i, COMPILED)).isFalse();
    }
    assertThat(steadiness.add(1000, COMPILED)).isTrue();
  }

  @Test
  void aRateThatGrowsIsSteadyOnlyWhenItNoLongerDoes() {
    for (int i = 0; i < 20; i++) {
      // Neighbours are within 2 % of each other.
      assertThat(steadiness.add(1000 * Math.pow(1.02, i), COMPILED)).isFalse();
    }
    assertThat(windowsUntilSteady(1000 * Math.pow(1.02, 20))).isBetween(2, 8);
  }

  @Test
  void aRateThatJumpsIsNotSteady() {
    for (int i = 0; i < 40; i++) {
      assertThat(steadiness.add(i % 2 == 0 ? 1000 : 1200, COMPILED)).isFalse();
    }
    assertThat(windowsUntilSteady(1000)).isBetween(4, 8);
  }

  @Test
  void whileTheCompilerWorksNothingIsSteady() {
    for (int i = 0; i < 20; i++) {
      assertThat(steadiness.add(1000, 0.5)).isFalse();
    }
    for (int i = 0; i < 3; i++) {
      assertThat(steadiness.add(1000, COMPILED)).isFalse();
    }
    assertThat(steadiness.add(1000, COMPILED)).isTrue();
  }

  @Test
  void nothingDoneIsNotSteady() {
    for (int i = 0; i < 20; i++) {
      assertThat(steadiness.add(0, COMPILED)).isFalse();
    }
  }

  private int windowsUntilSteady(double rate) {
    for (int windows = 1; windows < 100; windows++) {
      if (steadiness.add(rate, COMPILED)) {
        return windows;
      }
    }
    throw new AssertionError("never steady");
  }
}
