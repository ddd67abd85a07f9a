package io.github.loomuring.benchmarks.load;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Tells when the rate of a warm-up has become steady. The rates are those of windows of {@link
 * #WINDOW_MILLIS} each. Confined to one thread.
 *
 * <p>Three things have to hold: the last windows agree with each other, their median is that of the
 * windows before, and the compiler has nearly nothing to do. The second rules out a slow growth
 * that the first cannot see; the third a growth that is still to come.
 */
final class Steadiness {
  static final int WINDOW_MILLIS = 250;

  private static final int WINDOWS = 4;
  private static final double SPREAD_MAX = 0.15;
  private static final double CHANGE_MAX = 0.05;
  private static final double COMPILING_MAX = 0.10;

  private record Window(double rate, double compiling) {}

  private final Deque<Window> last = new ArrayDeque<>();

  /**
   * Adds a window.
   *
   * @param rate the operations completed in it
   * @param compiling the time that compilations took, of all compiler threads, as a share of it
   * @return whether the rate is steady
   */
  boolean add(double rate, double compiling) {
    last.add(new Window(rate, compiling));
    if (last.size() < 2 * WINDOWS) {
      return false;
    }
    if (last.size() > 2 * WINDOWS) {
      last.remove();
    }
    Window[] windows = last.toArray(Window[]::new);
    double[] before = sortedRates(windows, 0);
    double[] now = sortedRates(windows, WINDOWS);
    double median = median(now);
    double compilingNow =
        Arrays.stream(windows, WINDOWS, 2 * WINDOWS)
            .mapToDouble(Window::compiling)
            .average()
            .orElse(0);
    return median > 0
        && now[WINDOWS - 1] - now[0] <= SPREAD_MAX * median
        && Math.abs(median - median(before)) <= CHANGE_MAX * median
        && compilingNow <= COMPILING_MAX;
  }

  private static double[] sortedRates(Window[] windows, int from) {
    return Arrays.stream(windows, from, from + WINDOWS)
        .mapToDouble(Window::rate)
        .sorted()
        .toArray();
  }

  private static double median(double[] sorted) {
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
