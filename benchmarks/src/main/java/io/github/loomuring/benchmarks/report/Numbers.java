package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.results.Spread;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Formats numbers for the report. Rates and gains are rounded down, times and costs are rounded up,
 * so that no number seems to meet a target that it misses.
 */
final class Numbers {
  static final String UNKNOWN = "–";
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;

  private Numbers() {}

  /** A rate, such as operations per second. */
  static String rate(double perSecond) {
    return format(perSecond, perSecond < 100 ? 1 : 0, RoundingMode.FLOOR);
  }

  /** A ratio of which a larger one is better. */
  static String gain(double ratio) {
    return threeDigits(ratio, RoundingMode.FLOOR);
  }

  /** A {@linkplain #gain gain} with its lowest and its highest round. */
  static String spread(Spread ratio) {
    if (!ratio.isKnown()) {
      return UNKNOWN;
    }
    return "%s (%s–%s)".formatted(gain(ratio.median()), gain(ratio.min()), gain(ratio.max()));
  }

  /** A value of which a smaller one is better: a ratio of costs, bytes, context switches. */
  static String cost(double value) {
    return threeDigits(value, RoundingMode.CEILING);
  }

  static String micros(double nanos) {
    return threeDigits(nanos / NANOS_PER_MICRO, RoundingMode.CEILING);
  }

  static String millis(double nanos) {
    return threeDigits(nanos / NANOS_PER_MILLI, RoundingMode.CEILING);
  }

  /** A limit, without trailing zeros. */
  static String limit(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /** A count. */
  static String plain(int count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String threeDigits(double value, RoundingMode rounding) {
    return format(value, value < 10 ? 2 : value < 100 ? 1 : 0, rounding);
  }

  private static String format(double value, int decimals, RoundingMode rounding) {
    if (!Double.isFinite(value)) {
      return UNKNOWN;
    }
    // BigDecimal.valueOf takes the shortest decimal for the double, so 0.8 does not become 0.81.
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(decimals, rounding);
    return String.format(Locale.ROOT, "%,." + decimals + "f", rounded);
  }
}
