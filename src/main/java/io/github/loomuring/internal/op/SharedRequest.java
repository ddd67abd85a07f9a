package io.github.loomuring.internal.op;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A request that may serve others besides the operation in whose slot it is.
 *
 * @param <T> of the operations
 */
interface SharedRequest<T> {
  /** The outcome for an operation that is to be cancelled. */
  enum Departure {
    /** It has left the round, and nobody will complete it. */
    LEFT,
    /** Its slot, and its reference to the file, are the reaper's. */
    ABANDONED,
    /** The request serves it alone, and is to be cancelled. */
    ALONE,
    /** It is being completed. */
    SERVED
  }

  /** Whether the request that is in flight serves others than its owner. */
  boolean hasFollowers();

  /**
   * Takes {@code operation}, which is to be cancelled, out of its round.
   *
   * @param mayAbandon whether the owner of a request that others need leaves its slot to the
   *     reaper; otherwise it waits for the end of the round
   * @param errno the calling thread's scratch
   */
  Departure depart(T operation, boolean mayAbandon, MemorySegment errno) throws IOException;

  /**
   * The request has ended with {@code result}: completes the others that it serves, and submits the
   * next one.
   *
   * @param errno the calling thread's scratch; null in the reaper
   */
  void ended(int result, MemorySegment errno) throws IOException;
}
