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
   * @throws NumberFormatException if it is something else
   */
  public static void premain(String arguments) {
    if (arguments != null && !arguments.isBlank()) {
      SpareCarriers.bound(Integer.parseInt(arguments.strip()));
    }
    SpareCarriers.start();
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
