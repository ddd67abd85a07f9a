package io.github.loomuring.environment;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.Uring;
import io.github.loomuring.UringOptions;
import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.UringOptions.Inline;

/** The engines on which a test is run: the ring with each policy, and the pool. */
enum EngineKind {
  RING_NEVER_INLINE(Fallback.NEVER, Inline.NEVER),
  RING_NON_BLOCKING(Fallback.NEVER, Inline.NON_BLOCKING),
  RING_ADAPTIVE(Fallback.NEVER, Inline.ADAPTIVE),
  POOL(Fallback.ALWAYS, Inline.NEVER);

  private final UringOptions options;

  EngineKind(Fallback fallback, Inline inline) {
    options = UringOptions.defaults().withFallback(fallback).withInline(inline);
  }

  /** A new one, which the caller closes. */
  Uring open() {
    assumeTrue(
        this == POOL || Uring.available(),
        () -> "needs io_uring: " + Uring.unavailableReason().orElseThrow());
    return Uring.open(options);
  }
}
