package io.github.loomuring.internal.schedule;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that wait for their turn, in the order in which they are released. Any thread may
 * call.
 */
final class WaitingTurns {
  /*
   * Brief threads, those that have run for a short time, come first: they may be done soon, and a
   * call of a few operations does not wait for the long slices of all others. Each FOR_OTHERS-th
   * release is for the others, which a stream of brief ones would keep from running.
   *
   * Among the others, a thread that had to give way in the middle of its long slice is the next to
   * run. Its buffers are still in the caches, and few threads have work that is begun and not done.
   */
  private static final int FOR_OTHERS = 4;

  private final Deque<Turn> brief = new ConcurrentLinkedDeque<>();
  private final Deque<Turn> others = new ConcurrentLinkedDeque<>();

  /** Without atomicity: some may be lost, but it changes with each release. */
  private volatile int releases;

  /** A thread that waits. Only the thread that takes it out of its queue ends the wait. */
  static final class Turn {
    final Thread thread = Thread.currentThread();
    private volatile boolean released;

    boolean isReleased() {
      return released;
    }
  }

  /** Adds a thread that has run for a short time, behind others of its kind. */
  void addBrief(Turn turn) {
    brief.addLast(turn);
  }

  /** Adds a thread that goes on next. */
  void addFirst(Turn turn) {
    others.addFirst(turn);
  }

  /** Adds a thread behind all that wait now. */
  void addLast(Turn turn) {
    others.addLast(turn);
  }

  /** Takes a thread out; false if it has been released. */
  boolean remove(Turn turn) {
    return brief.remove(turn) || others.remove(turn);
  }

  boolean isEmpty() {
    return others.isEmpty() && brief.isEmpty();
  }

  /** Whether a thread waits that has run for a short time. */
  boolean hasBrief() {
    return !brief.isEmpty();
  }

  /** Releases the first thread, if there is one. */
  void release() {
    int number = releases + 1;
    releases = number;
    boolean othersFirst = number % FOR_OTHERS == 0;
    Turn turn = (othersFirst ? others : brief).poll();
    if (turn == null) {
      turn = (othersFirst ? brief : others).poll();
    }
    if (turn != null) {
      assert !turn.released : "a thread is released once for each wait";
      turn.released = true;
      LockSupport.unpark(turn.thread);
    }
  }

  /** A number that changes with each release. */
  int releases() {
    return releases;
  }
}
