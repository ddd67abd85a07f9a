package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_FSYNC_DATASYNC;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_FSYNC;

import io.github.loomuring.internal.concurrent.SpinLock;
import io.github.loomuring.internal.linux.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * IORING_OP_FSYNC as a group commit: calls on one file that come while an fsync runs are all served
 * by the next one, which starts after they came and so covers what they wrote.
 *
 * <p>Calls on another {@code RingFile} of the same inode are not served along: the kernel reports a
 * failed writeback once to each open file description, so each needs an fsync of its own.
 */
final class Force {
  /*
   * At most one round, that is one fsync, is in the ring. Its request is in the slot of one of the
   * calls that it covers, the leader; the others are its followers, and park in slots that never
   * reach the ring (status PREPARED). Calls that come meanwhile wait for the next round, whose
   * leader is the one that came first.
   *
   *   caller   no round: becomes the leader of one and submits it. Otherwise: waits.
   *   reaper   at the leader's CQE: completes the followers with the same result, makes a round of
   *            all who wait, and submits it.
   *
   * An fsync that fails fails also those who wait for the next one: they may have written before
   * it started, and the kernel, which tells a failure once, would let theirs succeed.
   *
   * A call that is cancelled (interrupt, close) leaves without disturbing the others. A follower,
   * or one that waits, is taken off its list and is done. A leader with followers leaves its slot,
   * and its reference to the file, to the reaper (status ABANDONED), and the fsync goes on; the
   * last follower to leave then cancels it. A leader without followers cancels it as any other
   * operation. Whoever is no longer on a list when it wants to leave has been served.
   *
   * The lists are changed under the lock, the status of an operation outside it.
   */
  private final RingFile file;
  private final SpinLock lock = new SpinLock();

  /** What an abandoned leader's CQE gives back. */
  private final Abandonable releaseFile;

  private Operation leader; // guarded by lock; null if no round is in the ring
  private Operation followers; // guarded by lock; the first of a list
  private Operation waiting; // guarded by lock; the first of a list
  private Operation lastWaiting; // guarded by lock
  private boolean waitingMetaData; // guarded by lock; one of those who wait asked for it

  Force(RingFile file) {
    this.file = file;
    this.releaseFile =
        new Abandonable() {
          @Override
          public void abandoned() {}

          @Override
          public void dispose(int result) {
            file.release();
          }
        };
  }

  void force(boolean metaData) throws IOException {
    String what = metaData ? "fsync" : "fdatasync";
    Operation operation = file.start();
    boolean abandoned = false;
    try {
      operation.setForce(this);
      operation.enlist(file.engine.slots, file);
      if (join(operation, metaData)) {
        operation.submit(file.engine.slots);
      }
      abandoned = !operation.await(file.engine.slots.ring(), null, null);
      if (!abandoned && operation.result() < 0) {
        throw file.failure(operation.result(), operation, what, 0, -1);
      }
    } finally {
      if (!abandoned) {
        file.end(operation);
      }
    }
    if (abandoned) {
      throw file.gone(what);
    }
  }

  /** Whether the call has become the leader of a round, which it must submit. */
  private boolean join(Operation operation, boolean metaData) {
    lock.lock();
    try {
      if (leader == null) {
        leader = operation;
        prepare(operation, metaData);
        return true;
      }
      operation.previousInRound = lastWaiting;
      if (lastWaiting == null) {
        waiting = operation;
      } else {
        lastWaiting.nextInRound = operation;
      }
      lastWaiting = operation;
      waitingMetaData |= metaData;
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void prepare(Operation operation, boolean metaData) {
    int flags = metaData ? 0 : IORING_FSYNC_DATASYNC;
    operation.set(IORING_OP_FSYNC, file.fd, 0, 0, 0, flags, file.device.gate);
  }

  // ---- the end of a round

  /** Whether the running fsync serves others than its leader. */
  boolean hasFollowers() {
    lock.lock();
    try {
      return followers != null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The round's fsync has ended with {@code result}: completes those it covers, but the leader, and
   * submits the next round.
   *
   * @param errno the calling thread's scratch; null in the reaper
   */
  void ended(int result, MemorySegment errno) throws IOException {
    boolean failed = result < 0 && !Errno.isCancelled(result);
    Operation covered;
    Operation doomed = null;
    Operation next;
    lock.lock();
    try {
      covered = takeOff(followers);
      followers = null;
      if (failed) {
        doomed = takeOff(waiting);
        waiting = null;
        lastWaiting = null;
        waitingMetaData = false;
      }
      next = waiting;
      nextRound();
    } finally {
      lock.unlock();
    }
    try {
      complete(covered, result);
      complete(doomed, result);
    } finally {
      if (next != null) {
        file.engine.slots.ring().submit(next, errno);
      }
    }
  }

  /** Has {@link #leave} find none of a list listed any more. */
  private static Operation takeOff(Operation first) {
    for (Operation o = first; o != null; o = o.nextInRound) {
      o.previousInRound = null;
    }
    return first;
  }

  private static void complete(Operation first, int result) {
    for (Operation o = first; o != null; ) {
      Operation following = o.nextInRound; // before it is completed, and its owner's again
      o.nextInRound = null;
      o.completeWithoutRequest(result);
      o = following;
    }
  }

  private void nextRound() {
    leader = waiting;
    waiting = null;
    lastWaiting = null;
    if (leader != null) {
      followers = leader.nextInRound;
      leader.nextInRound = null;
      if (followers != null) {
        followers.previousInRound = null;
      }
      prepare(leader, waitingMetaData);
      waitingMetaData = false;
    }
  }

  // ---- leaving

  /** What becomes of a call that wants to leave. */
  enum Leaving {
    /** It is on no list any more, and nobody will complete it. */
    LEFT,
    /** Its slot, and its reference to the file, are the reaper's. */
    ABANDONED,
    /** The fsync serves it alone, and is to be cancelled. */
    ALONE,
    /** It is being completed. */
    SERVED
  }

  /**
   * Takes {@code operation}, which is to be cancelled, out of its round.
   *
   * @param mayAbandon whether a leader with followers leaves its slot to the reaper; otherwise it
   *     waits for the end of the round
   */
  Leaving leave(Operation operation, boolean mayAbandon, MemorySegment errno) throws IOException {
    boolean unwanted = false;
    long userData = 0;
    lock.lock();
    try {
      if (operation == leader) {
        if (followers == null) {
          return Leaving.ALONE;
        }
        return mayAbandon && operation.abandonToFollowers(releaseFile)
            ? Leaving.ABANDONED
            : Leaving.SERVED;
      }
      if (!isListed(operation)) {
        return Leaving.SERVED;
      }
      unlink(operation);
      if (followers == null && leader.isAbandoned()) {
        unwanted = true;
        // Under the lock, while the round is on: the slot has no other use yet.
        leader.addCause(Operation.CAUSE_SUPERSEDED);
        userData = leader.userData();
      }
    } finally {
      lock.unlock();
    }
    if (unwanted) {
      // Once: an fsync that this misses goes on to its end, as one that has started does anyway.
      file.engine.slots.ring().cancel(userData, errno);
    }
    return Leaving.LEFT;
  }

  private boolean isListed(Operation operation) {
    return operation.previousInRound != null || operation == followers || operation == waiting;
  }

  private void unlink(Operation operation) {
    Operation previous = operation.previousInRound;
    Operation next = operation.nextInRound;
    if (previous != null) {
      previous.nextInRound = next;
    } else if (operation == followers) {
      followers = next;
    } else {
      waiting = next;
    }
    if (next != null) {
      next.previousInRound = previous;
    } else if (operation == lastWaiting) {
      lastWaiting = previous;
    }
    operation.previousInRound = null;
    operation.nextInRound = null;
  }
}
