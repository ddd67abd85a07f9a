package io.github.loomuring.internal.op;

/**
 * A call that may leave its operation to the reaper, because the kernel does not end it soon.
 *
 * <p>Slot and memory of the operation then belong to the reaper until the operation's own CQE.
 */
interface Abandonable {
  /** The operation is the reaper's from now on. Called by the caller. */
  void abandoned();

  /**
   * Takes what an abandoned operation has brought. Called by whoever finds its CQE.
   *
   * @param result or a negated errno
   */
  void dispose(int result);
}
