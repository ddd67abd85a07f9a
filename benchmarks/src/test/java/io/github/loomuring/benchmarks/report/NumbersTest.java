package io.github.loomuring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {
  @Test
  void aMissedTargetDoesNotReadAsMet() {
    assertThat(Numbers.gain(0.996)).isEqualTo("0.99");
    assertThat(Numbers.cost(0.801)).isEqualTo("0.81");
    assertThat(Numbers.millis(2_001_000)).isEqualTo("2.01");
  }

  @Test
  void anExactValueStaysAsItIs() {
    assertThat(Numbers.gain(0.95)).isEqualTo("0.95");
    assertThat(Numbers.cost(0.8)).isEqualTo("0.80");
    assertThat(Numbers.limit(1)).isEqualTo("1");
    assertThat(Numbers.limit(0.9)).isEqualTo("0.9");
    assertThat(Numbers.limit(20)).isEqualTo("20");
  }

  @Test
  void largeNumbersHaveNoFraction() {
    assertThat(Numbers.rate(1_234_567.8)).isEqualTo("1,234,567");
    assertThat(Numbers.micros(123_456)).isEqualTo("124");
    assertThat(Numbers.micros(12_345)).isEqualTo("12.4");
  }

  @Test
  void whatIsUnknownIsADash() {
    assertThat(Numbers.gain(Double.NaN)).isEqualTo("–");
    assertThat(Numbers.millis(Double.NaN)).isEqualTo("–");
    assertThat(Numbers.rate(Double.POSITIVE_INFINITY)).isEqualTo("–");
  }
}
