package io.github.loomuring.support;

import io.github.loomuring.Uring;
import io.github.loomuring.internal.pool.PoolEngine;
import io.github.loomuring.internal.spi.Engine;
import java.lang.reflect.Constructor;

/**
 * Makes a {@link Uring} on the JDK's channels, as there is one where the kernel is out of reach.
 */
final class OfChannels {
  private static final int THREADS_MAX = 256;

  private OfChannels() {}

  static Uring open() {
    try {
      Constructor<Uring> constructor =
          Uring.class.getDeclaredConstructor(Engine.class, boolean.class);
      constructor.setAccessible(true);
      return constructor.newInstance(new PoolEngine(THREADS_MAX), false);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
