package io.github.loomuring.internal;

import io.github.loomuring.Uring;
import io.github.loomuring.internal.spi.Engine;

/** The engine of a {@link Uring}, for the other packages of the library. */
public final class Engines {
  /** Access to the private state of {@link Uring}, which implements it. */
  public interface Access {
    Engine engine(Uring uring);

    boolean isShared(Uring uring);

    boolean isBeingMadeHere(Uring uring);
  }

  private static volatile Access access;

  private Engines() {}

  /** Called by the initialiser of {@link Uring}. */
  public static void setAccess(Access access) {
    Engines.access = access;
  }

  /** The engine that serves now. */
  public static Engine of(Uring uring) {
    return access.engine(uring);
  }

  /** Whether {@code uring} is the present shared one. */
  public static boolean isShared(Uring uring) {
    return access.isShared(uring);
  }

  /** Whether {@code uring} is the shared one, and the calling thread is making its ring. */
  public static boolean isBeingMadeHere(Uring uring) {
    return access.isBeingMadeHere(uring);
  }
}
