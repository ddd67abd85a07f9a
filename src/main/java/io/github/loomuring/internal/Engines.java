package io.github.loomuring.internal;

import io.github.loomuring.Uring;
import io.github.loomuring.internal.spi.Engine;

/** What a {@link Uring} runs on, for the other packages of the library. */
public final class Engines {
  /** The way of the class that knows. */
  public interface Access {
    Engine engine(Uring uring);

    boolean isShared(Uring uring);

    boolean isBeingMadeHere(Uring uring);
  }

  private static volatile Access access;

  private Engines() {}

  /** Called by {@link Uring}, before there is one. */
  public static void setAccess(Access access) {
    Engines.access = access;
  }

  /** The engine that serves now. */
  public static Engine of(Uring uring) {
    return access.engine(uring);
  }

  /** Whether {@code uring} is the shared one of now. */
  public static boolean isShared(Uring uring) {
    return access.isShared(uring);
  }

  /** Whether {@code uring} is the shared one, whose ring the calling thread is making. */
  public static boolean isBeingMadeHere(Uring uring) {
    return access.isBeingMadeHere(uring);
  }
}
