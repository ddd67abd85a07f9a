package io.github.loomuring.watch;

import io.github.loomuring.SpareCarriers;

/**
 * Starts {@link SpareCarriers} in a program that knows nothing of this library: {@code java
 * -javaagent:loom-uring.jar ...}, or {@code -javaagent:loom-uring.jar=16} for at most 16 spare
 * carriers.
 */
public final class WatchAgent {
  private WatchAgent() {}

  /**
   * Called by the JVM before the main class.
   *
   * @param arguments the most spare carriers; null or empty for no bound of its own
   * @throws IllegalArgumentException if it is something else, which ends the JVM
   */
  public static void premain(String arguments) {
    if (arguments != null && !arguments.isBlank()) {
      SpareCarriers.bound(number(arguments));
    }
    SpareCarriers.start();
  }

  private static int number(String arguments) {
    try {
      return Integer.parseInt(arguments.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "-javaagent:...=" + arguments + " is not a number of spare carriers", e);
    }
  }

  /**
   * Called by the JVM if the agent is loaded into a program that runs.
   *
   * @param arguments as for {@link #premain}
   */
  public static void agentmain(String arguments) {
    premain(arguments);
  }
}
