package io.github.loomuring.support;

import io.github.loomuring.Uring;
import io.github.loomuring.UringOptions;
import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.UringOptions.Inline;
import org.junit.jupiter.api.Assumptions;

/**
 * What files can run on, for tests that hold for all of them.
 *
 * <p>The system property {@code io.github.loomuring.inline} sets the policy of RING and POOL, so
 * that the tests can be run with another one than the default.
 */
public enum Engines {
  RING(ring().inline(Policy.OF_RUN)),
  /** Every operation goes through the ring. */
  RING_NOTHING_INLINE(ring().inline(Inline.NEVER).pollMicros(0)),
  /** The default, whatever the policy of the run. */
  RING_ADAPTIVE(ring().inline(Inline.ADAPTIVE)),
  /** Only what cannot wait is done on the caller. */
  RING_NON_BLOCKING(ring().inline(Inline.NON_BLOCKING)),
  /** As the one before, and callers look for their completions whenever they may. */
  RING_POLLED(ring().inline(Inline.NEVER).pollMicros(10_000)),
  /** Everything through queues of 2 and 8 entries. */
  RING_TINY(ring().entries(2).completionEntries(8).inline(Inline.NEVER)),
  /** Files on three rings in turn. */
  RING_THREE(ring().inline(Inline.NEVER).rings(3)),
  /** A thread of the kernel submits, and falls asleep now and then. */
  RING_SQ_POLL(ring().inline(Inline.NEVER).sqPollIdleMillis(1)),
  /** System calls on threads, in place of io_uring. */
  POOL(pool().inline(Policy.OF_RUN)),
  POOL_NOTHING_INLINE(pool().inline(Inline.NEVER)),
  POOL_NON_BLOCKING(pool().inline(Inline.NON_BLOCKING)),
  /** The pool where Java code cannot call the kernel. */
  CHANNELS(pool());

  /** A class of its own: the constants above are made before any static field. */
  private static final class Policy {
    static final Inline OF_RUN = UringOptions.fromSystemProperties().inline();
  }

  private final UringOptions options;

  Engines(UringOptions.Builder options) {
    this.options = options.build();
  }

  private static UringOptions.Builder ring() {
    return UringOptions.builder().fallback(Fallback.NEVER);
  }

  private static UringOptions.Builder pool() {
    return UringOptions.builder().fallback(Fallback.ALWAYS);
  }

  /** A new one, which the caller closes. Ends the test as skipped where there is no io_uring. */
  public Uring open() {
    if (isRing()) {
      Assumptions.assumeTrue(Uring.available(), () -> Uring.unavailableReason().orElse(""));
    }
    return openNow();
  }

  /** As {@link #open}, without a look at the shared one, which that makes. */
  public Uring openNow() {
    return this == CHANNELS ? OfChannels.open() : Uring.open(options);
  }

  public UringOptions options() {
    return options;
  }

  /** Whether it is on io_uring. */
  public boolean isRing() {
    return options.fallback() != Fallback.ALWAYS;
  }

  /** Whether it makes the kernel's calls itself, which can do more than the JDK's. */
  public boolean callsKernel() {
    return this != CHANNELS;
  }
}
