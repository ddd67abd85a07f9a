package io.github.loomuring.benchmarks.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.benchmarks.results.Results.Round;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void medianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Spread.of(DoubleStream.of(9, 1, 4))).isEqualTo(new Spread(4, 1, 9));
  }

  @Test
  void medianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    assertThat(Spread.of(DoubleStream.of(8, 1, 2, 4))).isEqualTo(new Spread(3, 1, 8));
  }

  @Test
  void ratiosAreOfRoundsOfTheSameNumber() {
    // The machine was twice as fast in the second round; a ratio of medians would be 110 / 100.
    List<Round> ours = rates(50, 240, 110);
    List<Round> theirs = rates(100, 200, 100);

    assertThat(Spread.ofRatios(ours, theirs, Round::operationsPerSecond))
        .isEqualTo(new Spread(1.1, 0.5, 1.2));
    assertThat(Spread.ofRatios(rates(50, 240, 90), theirs, Round::operationsPerSecond).median())
        .isEqualTo(0.9);
  }

  @Test
  void roundsWithoutAPartnerDoNotCount() {
    assertThat(Spread.ofRatios(rates(10, 1_000), rates(5), Round::operationsPerSecond))
        .isEqualTo(new Spread(2, 2, 2));
  }

  @Test
  void whatIsNotANumberDoesNotCount() {
    assertThat(Spread.of(DoubleStream.of(Double.NaN, 3, Double.NaN)))
        .isEqualTo(new Spread(3, 3, 3));
    assertThat(
            Spread.ofRatios(
                rates(10, 20, 30), rates(Double.NaN, 0, 10), Round::operationsPerSecond))
        .isEqualTo(new Spread(3, 3, 3));
  }

  @Test
  void nothingIsUnknown() {
    assertThat(Spread.of(DoubleStream.empty()).isKnown()).isFalse();
    assertThat(Spread.of(DoubleStream.of(Double.NaN))).isEqualTo(Spread.UNKNOWN);
  }

  private static List<Round> rates(double... perSecond) {
    return Arrays.stream(perSecond)
        .mapToObj(rate -> new Round(rate, null, Double.NaN, Double.NaN, Double.NaN, null))
        .toList();
  }
}
