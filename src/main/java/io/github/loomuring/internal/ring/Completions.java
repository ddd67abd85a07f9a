package io.github.loomuring.internal.ring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where what is found in the completion queue is delivered. */
public interface Completions {
  /**
   * Takes one CQE. Called by the reaper, and by callers that look for their own completion; for
   * requests only (the ring's own are not shown).
   *
   * @param userData as given with the request; may be of a request that ended long ago
   * @param res the result, or a negated errno
   * @param errno the calling thread's scratch; null in the reaper
   */
  void completed(long userData, int res, MemorySegment errno) throws IOException;

  /** Called by the reaper of a closing ring: whether every request has ended and been let go. */
  boolean isIdle();

  /** The ring cannot go on: fails whoever waits, now. */
  void failed(Throwable cause);
}
