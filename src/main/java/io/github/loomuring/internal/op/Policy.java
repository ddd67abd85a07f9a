package io.github.loomuring.internal.op;

/**
 * The settings of an engine for calls on its callers, and what it has learned of the kernel since.
 */
final class Policy {
  /** Whether calls that cannot block are tried on the caller. */
  final boolean nonBlocking;

  /** Whether plain writes are tried on the caller as long as they are quick. */
  final boolean adaptive;

  /** Whether openat2(2) with RESOLVE_CACHED works, as far as is known. */
  private volatile boolean cachedOpens;

  Policy(boolean nonBlocking, boolean adaptive) {
    this.nonBlocking = nonBlocking;
    this.adaptive = adaptive;
    this.cachedOpens = nonBlocking;
  }

  /** Whether an open, or a look at a name, may be tried on the caller with RESOLVE_CACHED. */
  boolean cachedOpens() {
    return cachedOpens;
  }

  /** The kernel lacks openat2(2), or RESOLVE_CACHED. */
  void noCachedOpens() {
    cachedOpens = false;
  }

  @Override
  public String toString() {
    return !nonBlocking ? "never" : adaptive ? "adaptive" : "what cannot block";
  }
}
