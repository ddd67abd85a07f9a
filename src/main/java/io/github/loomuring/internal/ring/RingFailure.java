package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.log.LazyLogger;
import java.io.IOException;
import java.lang.System.Logger.Level;

/**
 * Whether the ring has failed, and why. A failed ring submits nothing and completes nothing.
 *
 * <p>Any thread may call any method.
 */
final class RingFailure {
  private static final LazyLogger LOGGER = new LazyLogger(RingFailure.class);

  private final Completions completions;
  private final ReaperStandby standby;
  private volatile Throwable cause;

  RingFailure(Completions completions, ReaperStandby standby) {
    this.completions = completions;
    this.standby = standby;
  }

  boolean isSet() {
    return cause != null;
  }

  /** Throws if the ring has failed. */
  void check() throws IOException {
    if (cause != null) {
      throw new IOException("the ring has failed", cause);
    }
  }

  /** Marks the ring as failed: nothing can be submitted any more, or nothing completes. */
  void set(Throwable newCause) {
    assert newCause != null;
    cause = newCause;
    standby.recall();
    completions.failed(newCause); // before the log, which may throw: no caller may stay parked
    logError(
        "the ring has failed; its memory is not freed, because the kernel may still use it",
        newCause);
  }

  /** Logs an error. A log handler may throw, for example when no descriptors are left. */
  static void logError(String message, Throwable thrown) {
    try {
      LOGGER.get().log(Level.ERROR, message, thrown);
    } catch (Throwable ignored) {
      // The error cannot be reported anywhere else.
    }
  }
}
