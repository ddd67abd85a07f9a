package io.github.loomuring.internal;

import io.github.loomuring.Uring;
import java.util.function.Function;

/** The engine of a {@link Uring}, for the other packages of the library. */
public final class Engines {
  private static volatile Function<Uring, Engine> access;

  private Engines() {}

  /** Called by {@link Uring}, before there is one. */
  public static void setAccess(Function<Uring, Engine> access) {
    Engines.access = access;
  }

  public static Engine of(Uring uring) {
    return access.apply(uring);
  }
}
