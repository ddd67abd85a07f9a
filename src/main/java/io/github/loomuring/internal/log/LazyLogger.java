package io.github.loomuring.internal.log;

/**
 * The logger of a class, asked for at its first use and kept from then on.
 *
 * <p>Not earlier: to set up the first logger of a program may need files, and so the class. And
 * kept, because java.util.logging forgets a logger that nobody holds, with its level and handlers.
 */
public final class LazyLogger {
  private final String name;
  private volatile System.Logger logger;

  public LazyLogger(Class<?> subject) {
    name = subject.getName();
  }

  /** The logger; two threads that ask first at once get the same one of the log. */
  public System.Logger get() {
    System.Logger known = logger;
    if (known == null) {
      known = System.getLogger(name);
      logger = known;
    }
    return known;
  }
}
