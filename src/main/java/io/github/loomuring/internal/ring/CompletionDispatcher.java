package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.log.LazyLogger;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Drains the completion queue and delivers each CQE: to the ring's {@link Completions}, or to the
 * ring itself if it belongs to one of its own requests.
 */
final class CompletionDispatcher implements CompletionQueue.Consumer {
  private static final LazyLogger LOGGER = new LazyLogger(CompletionDispatcher.class);

  // user_data of the ring's own requests, among them ReaperControl.USER_DATA_WAKE. The user_data of
  // an operation never has all upper bits set.
  static final long USER_DATA_CANCEL = -1L;
  private static final long FIRST_OWN_USER_DATA = -16L;

  private final CompletionQueue queue;
  private final Completions completions;
  private final ReaperControl reaper;
  private final int cancelsMax;
  private final AtomicInteger cancelsInFlight = new AtomicInteger();

  /**
   * Makes a dispatcher.
   *
   * @param cancelsMax the number of cancel requests that the completion queue has room for
   */
  CompletionDispatcher(
      RingMemory memory, Completions completions, ReaperControl reaper, int cancelsMax) {
    this.queue = new CompletionQueue(memory);
    this.completions = completions;
    this.reaper = reaper;
    this.cancelsMax = cancelsMax;
  }

  /** Counts a cancel request that is about to be sent; false if too many are in flight. */
  boolean tryCountCancel() {
    if (cancelsInFlight.incrementAndGet() > cancelsMax) {
      cancelsInFlight.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Delivers what is in the completion queue, in the reaper. Returns how many CQEs that was. */
  int drain() {
    return queue.drain(this, null);
  }

  /** Delivers what is in the completion queue, on a caller. */
  void drain(MemorySegment errno) {
    if (queue.drain(this, errno) == 0) {
      return;
    }
    try {
      reaper.drainedByCaller(errno);
    } catch (IOException e) {
      LOGGER.get().log(Level.DEBUG, "the ring failed while a caller drained it", e);
    }
  }

  @Override
  public void accept(long userData, int res, MemorySegment errno) {
    try {
      if (userData == USER_DATA_CANCEL) {
        // Its result is not used: only the CQE of the cancelled request says how that one ended.
        int left = cancelsInFlight.decrementAndGet();
        assert left >= 0 : "a cancel completed that was not counted";
      } else if (userData == ReaperControl.USER_DATA_WAKE) {
        reaper.woken();
      } else if (userData < FIRST_OWN_USER_DATA || userData >= 0) {
        completions.completed(userData, res, errno);
      }
    } catch (EnterResult.FatalException e) {
      throw e;
    } catch (Throwable t) {
      // One completion that cannot be delivered must not keep all other callers parked.
      RingFailure.logError("a completion could not be delivered: userData=" + userData, t);
    }
  }
}
