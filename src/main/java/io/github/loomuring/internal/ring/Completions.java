package io.github.loomuring.internal.ring;

/** Where the reaper delivers what it finds in the completion queue. */
public interface Completions {
  /**
   * Takes one CQE. Called by the reaper alone, for requests only (the ring's own are not shown).
   *
   * @param userData as given with the request; may be of a request that ended long ago
   * @param res the result, or a negated errno
   */
  void completed(long userData, int res);

  /** Called by the reaper of a closing ring: whether every request has ended and been let go. */
  boolean isIdle();

  /** The ring cannot go on: fails whoever waits, now. */
  void failed(Throwable cause);
}
