package io.github.loomuring.benchmarks.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Numbers as the report prints them. What should be large is rounded down and what should be small
 * is rounded up, so that no number reads as if it met a target that it misses.
 */
final class Numbers {
  static final String UNKNOWN = "–";
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;

  private Numbers() {}

  /** Operations a second. */
  static String rate(double perSecond) {
    return format(perSecond, perSecond < 100 ? 1 : 0, RoundingMode.FLOOR);
  }

  /** Of which a large one is better. */
  static String gain(double ratio) {
    return threeDigits(ratio, RoundingMode.FLOOR);
  }

  /** A {@linkplain #gain gain} with its lowest and its highest round. */
  static String spread(Spread ratio) {
    return "%s (%s–%s)".formatted(gain(ratio.median()), gain(ratio.min()), gain(ratio.max()));
  }

  /** Of which a small one is better: a ratio of costs, bytes, context switches. */
  static String cost(double value) {
    return threeDigits(value, RoundingMode.CEILING);
  }

  static String micros(double nanos) {
    return threeDigits(nanos / NANOS_PER_MICRO, RoundingMode.CEILING);
  }

  static String millis(double nanos) {
    return threeDigits(nanos / NANOS_PER_MILLI, RoundingMode.CEILING);
  }

  /** A limit as it was set, without zeros behind the point. */
  static String limit(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /** A count, or a value on an axis. */
  static String plain(double value) {
    BigDecimal decimal = BigDecimal.valueOf(value).stripTrailingZeros();
    return String.format(Locale.ROOT, "%,." + Math.max(0, decimal.scale()) + "f", decimal);
  }

  private static String threeDigits(double value, RoundingMode rounding) {
    return format(value, value < 10 ? 2 : value < 100 ? 1 : 0, rounding);
  }

  private static String format(double value, int decimals, RoundingMode rounding) {
    if (!Double.isFinite(value)) {
      return UNKNOWN;
    }
    // BigDecimal.valueOf takes the shortest decimal that is this double: 0.8 does not become 0.81.
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(decimals, rounding);
    return String.format(Locale.ROOT, "%,." + decimals + "f", rounded);
  }
}
