package io.github.loomuring.internal.watch;

/**
 * How many of the carriers are blocked on average over the last looks. Used by the watcher alone.
 */
final class BlockedShare {
  /** The looks without which nothing is concluded. */
  private static final int LOOKS_MIN = 4;

  /** The weight of the latest look in the averages. */
  private static final double WEIGHT = 0.25;

  private int looks;
  private double mounted;
  private double blocked;

  /** Forgets all looks. */
  void reset() {
    looks = 0;
  }

  /**
   * Adds a look that has found so many carriers with threads to run, and so many of them blocked.
   */
  void add(int mountedNow, int blockedNow) {
    double weight = looks == 0 ? 1 : WEIGHT;
    mounted += weight * (mountedNow - mounted);
    blocked += weight * (blockedNow - blocked);
    looks = Math.min(looks + 1, LOOKS_MIN);
  }

  /** Whether half of the carriers or more are blocked. */
  boolean isHalf() {
    return isAtLeast(0.5);
  }

  /** Whether a quarter of the carriers or more are blocked. */
  boolean isQuarter() {
    return isAtLeast(0.25);
  }

  private boolean isAtLeast(double share) {
    return looks == LOOKS_MIN && blocked > 0 && blocked >= share * mounted;
  }

  /** Whether those that are not blocked are fewer than {@code base}, by half a carrier or more. */
  boolean leavesFewerThan(int base) {
    return looks == LOOKS_MIN && mounted - blocked <= base - 0.5;
  }

  /** How many carriers are blocked. */
  int blocked() {
    return (int) Math.round(blocked);
  }
}
