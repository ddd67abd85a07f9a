package io.github.loomuring.internal.ring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** The receiver of the completions of a ring's requests. */
public interface Completions {
  /**
   * Takes one CQE of a request; CQEs of the ring's own requests are not passed on. Called by the
   * reaper, and by callers that poll for their own completion.
   *
   * @param userData the value that the request was submitted with; the request may have ended
   * @param res the result, or a negated errno
   * @param errno the calling thread's scratch; null in the reaper
   */
  void completed(long userData, int res, MemorySegment errno) throws IOException;

  /** Whether every request has ended and been released; called by the reaper of a closing ring. */
  boolean isIdle();

  /** Whether a caller waits for a request: then there is one that has not been abandoned. */
  boolean isAwaited();

  /** Fails every caller that waits: the ring can no longer complete requests. */
  void failed(Throwable cause);
}
