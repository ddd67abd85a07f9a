package io.github.loomuring.internal.log;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ResourceBundle;

/**
 * The logger of a class, asked for at its first use and kept from then on.
 *
 * <p>Not earlier: to set up the first logger of a program may need files, and so the class. And
 * kept, because java.util.logging forgets a logger that nobody holds, with its level and handlers.
 */
public final class LazyLogger {
  /** Whether the log of the program has been set up, by a logger of ours at least. */
  private static volatile boolean setUp;

  private final String name;
  private volatile System.Logger logger;

  public LazyLogger(Class<?> subject) {
    name = subject.getName();
  }

  /**
   * The logger; two threads that ask first at once get the same one of the log. One that says
   * nothing if there is none now, for a shortage; the next call asks again.
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
   * <p>It is not while there is no descriptor to set up the log with: a log that cannot read its
   * configuration then is silent for as long as the process lives, to the program itself too.
   */
  public static boolean isReady() {
    return setUp || isDescriptorLeft();
  }

  private static boolean isDescriptorLeft() {
    File something = new File("/dev/null");
    if (!something.canRead()) {
      return true; // another system: nothing is known
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
      // There is no log.
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
      // There is no log.
    }
  }
}
