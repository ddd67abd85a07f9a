package io.github.loomuring.internal.log;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ResourceBundle;

/**
 * The logger of a class, which is looked up at its first use and then kept. Any thread may call.
 *
 * <p>It is not looked up earlier: the set-up of a program's first logger may use files, and so the
 * class that is being initialised. It is kept because java.util.logging drops a logger that is not
 * reachable, with its level and handlers.
 */
public final class LazyLogger {
  /**
   * Whether a logger of the library has been looked up, so that the log is set up. One for the
   * process, as the log is.
   */
  private static volatile boolean setUp;

  private final String name;
  private volatile System.Logger logger;

  public LazyLogger(Class<?> subject) {
    name = subject.getName();
  }

  /**
   * The logger. Threads that use it first at the same time get the same one. If a shortage prevents
   * the look-up, a logger that drops every message; the next call tries again.
   */
  public System.Logger get() {
    System.Logger known = logger;
    if (known == null) {
      try {
        known = System.getLogger(name);
      } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
        return new Silent(name);
      }
      logger = known;
      setUp = true;
    }
    return known;
  }

  /**
   * Whether it is safe to log now.
   *
   * <p>It is not safe if the log has not been set up and there is no descriptor for that: a log
   * that cannot read its configuration then drops all messages for the life of the process, also
   * those of the program itself.
   */
  public static boolean isReady() {
    return setUp || isDescriptorLeft();
  }

  private static boolean isDescriptorLeft() {
    File something = new File("/dev/null");
    if (!something.canRead()) {
      return true; // another platform: assume that there is one
    }
    try {
      new FileInputStream(something).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private record Silent(String getName) implements System.Logger {
    @Override
    public boolean isLoggable(Level level) {
      return false;
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
      // Dropped.
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
      // Dropped.
    }
  }
}
