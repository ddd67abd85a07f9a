package io.github.loomuring.benchmarks.load;

/**
 * How measurements are made.
 *
 * @param rounds number of measurements of each contender
 * @param millis length of each measurement
 * @param warmUp the warm-up of each contender before the first round; null for none
 * @param settleMillis pause before each measurement
 * @param idleMillis how long to measure the idle process before the works; 0 for not at all
 */
record Settings(int rounds, int millis, Span warmUp, int settleMillis, int idleMillis) {
  static final int SETTLE_MILLIS = 100;
  static final int IDLE_MILLIS = 2000;
}
