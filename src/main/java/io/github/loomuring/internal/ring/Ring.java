package io.github.loomuring.internal.ring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Carries out requests, and hands each one's result to the {@link Completions}. It is an io_uring
 * ({@link KernelRing}) or, without one, a number of threads that make system calls ({@link
 * ThreadRing}).
 *
 * <p>Any thread submits. Requests pass {@linkplain Gate gates} before: this class leads them
 * through.
 */
public abstract sealed class Ring permits KernelRing, ThreadRing {
  private final int cancelsMax;

  /** The gate of the ring as a whole. */
  final Gate room;

  /**
   * Makes a ring.
   *
   * @param completionEntries how many completions there may be at once: those of all requests, all
   *     cancels and one wake-up
   */
  Ring(int completionEntries) {
    this.cancelsMax = Math.max(1, completionEntries / 8);
    this.room = new Gate(Math.max(1, completionEntries - cancelsMax - 1), null);
  }

  /** The most cancels in flight. */
  final int cancelsMax() {
    return cancelsMax;
  }

  /** Whether there is {@code opcode}. */
  public abstract boolean supports(byte opcode);

  /** The gate of the ring as a whole, the last parent of every other gate. */
  public final Gate room() {
    return room;
  }

  // ---- submission

  /** Submits {@code request} once it has entered its gates; it may have to wait at one of them. */
  public final void submit(Request request, MemorySegment errno) throws IOException {
    submitThrough(request, request.gate, errno);
  }

  /** As {@link #submit} for each request, with as few entries of the kernel as possible. */
  public abstract void submitAll(List<? extends Request> requests, MemorySegment errno)
      throws IOException;

  /**
   * Submits {@code request}, which is inside its gates, for example once more.
   *
   * @param errno the calling thread's scratch; null in the reaper
   */
  public abstract void resubmit(Request request, MemorySegment errno) throws IOException;

  /** Takes back a request that nobody has begun to carry out; false if somebody has. */
  public final boolean withdraw(Request request, MemorySegment errno) throws IOException {
    for (Gate gate = request.gate; gate != null; gate = gate.parent) {
      if (gate.remove(request)) {
        leaveGates(request.gate, gate, errno);
        return true;
      }
    }
    if (takeBack(request)) {
      leaveGates(request.gate, errno);
      return true;
    }
    return false;
  }

  /** Takes back a request that has entered its gates; false if that cannot be. */
  boolean takeBack(Request request) {
    return false;
  }

  /**
   * Leaves the gates of a completed request, and lets waiting requests in.
   *
   * @param first the first gate that the request entered
   * @param errno the calling thread's scratch; null in the reaper
   */
  public final void leaveGates(Gate first, MemorySegment errno) throws IOException {
    leaveGates(first, null, errno);
  }

  /**
   * Asks for the end of a request that is being carried out. Its own completion tells how it ended.
   *
   * @param request may be in another use by now
   * @param userData of the request, in the use that is meant
   * @return false if too many cancels are in flight; nothing was asked for then
   */
  public abstract boolean cancel(Request request, long userData, MemorySegment errno)
      throws IOException;

  /**
   * Whether a cancel ends what waits without the poll of a stream: an open of a FIFO for its other
   * side, or a transfer on a device whose descriptor blocks.
   */
  public abstract boolean cancelsBlockingCalls();

  /** Enters the gates from {@code first} on; submits the request if it has entered all of them. */
  private void submitThrough(Request request, Gate first, MemorySegment errno) throws IOException {
    if (enterGates(request, first)) {
      resubmit(request, errno);
    }
  }

  /** Enters the gates from {@code first} on; false if the request now waits at one of them. */
  static boolean enterGates(Request request, Gate first) {
    for (Gate gate = first; gate != null; gate = gate.parent) {
      if (!gate.enter(request)) {
        return false;
      }
    }
    return true;
  }

  /** Leaves the gates from {@code first} up to, but not including, {@code end}. */
  private void leaveGates(Gate first, Gate end, MemorySegment errno) throws IOException {
    for (Gate gate = first; gate != end; gate = gate.parent) {
      Request next = (Request) gate.leave(); // only requests wait at gates
      if (next != null) {
        submitThrough(next, gate.parent, errno);
      }
    }
  }

  // ---- waiting

  /**
   * Polls for the completion of {@code request}, which the caller owns, for a short while, if no
   * virtual thread waits for a carrier meanwhile.
   */
  public abstract void poll(Request request, MemorySegment errno);

  /** Must be called by a thread that is about to park until a completion. */
  public abstract void beforePark();

  /**
   * Waits until nothing refers any more to the files of requests whose completions have been
   * delivered.
   */
  public abstract void awaitRelease(MemorySegment errno);

  // ---- the end

  /**
   * Ends the ring: waits until every request has ended.
   *
   * @return false if requests had not ended after {@code timeoutNanos}; their end is then awaited
   *     without the caller, and what they use stays until then
   */
  public abstract boolean close(long timeoutNanos);

  /** As {@link #close}, which must follow, without the wait. */
  public abstract void beginClose();

  // ---- description

  /** How often completions did not fit their queue. */
  public abstract long overflows();

  /** What carries out the requests, for messages. */
  public abstract String description(String kernelRelease);
}
