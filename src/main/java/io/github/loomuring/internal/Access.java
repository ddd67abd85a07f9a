package io.github.loomuring.internal;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.EngineFile;

/**
 * Gives the other packages of the library what {@link Uring} and {@link UringFile} do not export.
 *
 * <p>This is the only type of {@code internal} that depends on classes of the API package other
 * than values; see the package {@code spi}. {@link Uring} installs the implementation when it is
 * initialised, and so before there is an argument for any of these methods.
 */
public interface Access {
  /** Returns the engine on which {@code uring} opens files at present. */
  Engine engine(Uring uring);

  /** Returns whether {@code uring} is the present shared one. */
  boolean isShared(Uring uring);

  /**
   * Returns whether {@code uring} is the shared one and the calling thread is just opening its
   * ring. That thread has to do without io_uring.
   */
  boolean isBeingOpenedByCallingThread(Uring uring);

  /** Returns the engine's file behind {@code file}. */
  EngineFile engineFile(UringFile file);

  /** Returns the installed implementation. */
  static Access get() {
    return Holder.access;
  }

  /** Installs the implementation; to be called by {@link Uring} alone. */
  static void install(Access access) {
    Holder.access = access;
  }

  /** Holds the implementation. */
  final class Holder {
    private static volatile Access access;

    private Holder() {}
  }
}
