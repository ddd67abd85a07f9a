package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_FSYNC_DATASYNC;

import io.github.loomuring.internal.concurrent.SpinLock;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.watch.Permits;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * IORING_OP_FSYNC as a group commit: calls on one file that come while an fsync runs are all served
 * by the next one, which starts after they came and so covers what they wrote.
 *
 * <p>Calls on another open file of the same inode are not served along: the kernel reports a failed
 * writeback once to each open file description, so each needs an fsync of its own.
 */
final class GroupCommit implements SharedRequest<Operation> {
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
   * A call that is cancelled (interrupt, close) departs without disturbing the others. A follower,
   * or one that waits, is taken off its list and is done. A leader with followers leaves its slot,
   * and its reference to the file, to the reaper (status ABANDONED), and the fsync goes on; the
   * last follower to depart then cancels it. A leader without followers cancels it as any other
   * operation. A call that is no longer on a list when it wants to depart has been served.
   *
   * The lists are changed under the lock. Operations are completed, and requests submitted, outside
   * it.
   */
  private final Handle handle;
  private final SpinLock lock = new SpinLock();

  /** Takes what an abandoned leader's CQE gives back: its reference to the file. */
  private final Abandonable releaseFile;

  private Operation leader; // guarded by lock; null if no round is in the ring
  private MemberList<Operation> followers = new MemberList<>(); // guarded by lock
  private MemberList<Operation> waiting = new MemberList<>(); // guarded by lock
  private boolean waitingMetaData; // guarded by lock; one of those who wait asked for it

  GroupCommit(Handle handle) {
    this.handle = handle;
    this.releaseFile =
        new Abandonable() {
          @Override
          public void abandoned() {}

          @Override
          public void dispose(int result) {
            handle.references.release();
          }
        };
  }

  /** Makes the written bytes durable on the device: {@code fsync(2)} or {@code fdatasync(2)}. */
  void force(boolean metaData) throws IOException {
    String what = metaData ? "fsync" : "fdatasync";
    Requests requests = handle.context.requests;
    Operation operation = handle.start();
    boolean abandoned = false;
    try {
      operation.share(this);
      if (mustSubmit(operation, metaData)) {
        requests.submit(operation);
      }
      abandoned = !requests.await(operation, null, null);
      if (!abandoned && operation.result() < 0) {
        throw handle.failure(operation.result(), operation, what);
      }
    } finally {
      if (!abandoned) {
        handle.end(operation);
      }
    }
    if (abandoned) {
      throw Causes.exceptionOfAbandoned(handle.path + ": " + what);
    }
  }

  /** Joins the others; whether the call leads a round, whose request it must submit. */
  private boolean mustSubmit(Operation operation, boolean metaData) throws IOException {
    // First: nothing may be thrown between the beginning of a round and its end.
    int permit = Placement.permitToCall(handle, handle.device.forcePermits, 0);
    try {
      handle.context.requests.enlist(operation, handle);
      return join(operation, metaData)
          && (permit == Permits.NONE || !forceOnCaller(operation, metaData));
    } finally {
      if (permit != Permits.NONE) {
        handle.device.forcePermits.leave(permit);
      }
    }
  }

  /**
   * Makes the round that {@code operation} leads on its caller; false if the call is refused. Calls
   * that come meanwhile are of the next round.
   */
  private boolean forceOnCaller(Operation operation, boolean metaData) throws IOException {
    int result;
    do {
      result =
          metaData
              ? handle.kernel().fsync(operation.errno, handle.fd)
              : handle.kernel().fdatasync(operation.errno, handle.fd);
    } while (Errno.EINTR.is(result));
    if (Attempt.isRefusedCall(result)) {
      return false;
    }
    operation.callerWork.done(0);
    try {
      ended(result, operation.errno);
    } finally {
      operation.completeWithoutRequest(result);
    }
    return true;
  }

  /** Whether the call has become the leader of a round, which it must submit. */
  private boolean join(Operation operation, boolean metaData) {
    lock.lock();
    try {
      if (leader == null) {
        lead(operation, metaData);
        return true;
      }
      waiting.add(operation.member);
      waitingMetaData |= metaData;
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Prepares a round's request in the slot of {@code operation}. Under the lock. */
  private void lead(Operation operation, boolean metaData) {
    leader = operation;
    int flags = metaData ? 0 : IORING_FSYNC_DATASYNC;
    Sqe.prepFsync(operation, handle.fd, flags, handle.device.gate);
  }

  // ---- the end of a round

  @Override
  public boolean hasFollowers() {
    lock.lock();
    try {
      return !followers.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void ended(int result, MemorySegment errno) throws IOException {
    boolean failed = result < 0 && !Errno.isCancelled(result);
    MemberList.Member<Operation> covered;
    MemberList.Member<Operation> doomed = null;
    Operation next;
    lock.lock();
    try {
      assert leader != null : "a round has ended that has no leader";
      covered = followers.detach();
      if (failed) {
        doomed = waiting.detach();
        waitingMetaData = false;
      }
      next = nextRound();
    } finally {
      lock.unlock();
    }
    try {
      complete(covered, result);
      complete(doomed, result);
    } finally {
      if (next != null) {
        handle.context.ring.submit(next, errno);
      }
    }
  }

  private static void complete(MemberList.Member<Operation> first, int result) {
    MemberList.Member<Operation> member = first;
    while (member != null) {
      Operation operation = member.owner();
      member = member.takeNext(); // before it is completed, and its owner's again
      operation.completeWithoutRequest(result);
    }
  }

  /** Makes a round of all who wait: its leader, or null. Under the lock. */
  private Operation nextRound() {
    MemberList.Member<Operation> first = waiting.removeFirst();
    if (first == null) {
      leader = null;
      return null;
    }
    MemberList<Operation> empty = followers;
    followers = waiting;
    waiting = empty;
    lead(first.owner(), waitingMetaData);
    waitingMetaData = false;
    return leader;
  }

  // ---- departing

  @Override
  public Departure depart(Operation operation, boolean mayAbandon, MemorySegment errno)
      throws IOException {
    Operation unwanted = null;
    long userData = 0;
    lock.lock();
    try {
      if (operation == leader) {
        if (followers.isEmpty()) {
          return Departure.ALONE;
        }
        return mayAbandon && operation.abandonToOthers(releaseFile)
            ? Departure.ABANDONED
            : Departure.SERVED;
      }
      boolean followed = followers.remove(operation.member);
      if (!followed && !waiting.remove(operation.member)) {
        return Departure.SERVED;
      }
      if (followers.isEmpty() && leader.state.is(StateWord.ABANDONED)) {
        unwanted = leader;
        // Under the lock, while the round is on: the slot has no other use yet.
        leader.state.addCause(Causes.SUPERSEDED);
        userData = leader.userData();
      }
    } finally {
      lock.unlock();
    }
    if (unwanted != null) {
      // Once: an fsync that this misses goes on to its end, as one that has started does anyway.
      handle.context.ring.cancel(unwanted, userData, errno);
    }
    return Departure.LEFT;
  }
}
