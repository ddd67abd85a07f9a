package io.github.loomuring.internal;

import io.github.loomuring.internal.log.LazyLogger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Keeps descriptors open whose closing would drop a lock.
 *
 * <p>A process loses all its locks on a file (fcntl(2)) when it closes any descriptor of it, also
 * one that has nothing to do with the lock. So every descriptor of the library is closed by {@link
 * #close}, which puts that off while the library holds a lock on the descriptor's inode. Files of
 * different devices may have the same inode number; a close is then put off without need.
 */
public final class PosixLocks {
  private static final LazyLogger LOGGER = new LazyLogger(PosixLocks.class);

  /*
   * As long as nobody holds a lock, a close only counts itself and looks at LOCKS. Who wants a lock
   * counts it there first, and then waits until all closes that may not have seen it have ended.
   * From then on closes go by the inode: those of one with a lock are kept, those of another are
   * counted in its `closing`, for whose end a lock on it waits in turn.
   */

  /** In place of an inode's number: it cannot be known, so it may be any. */
  public static final long UNKNOWN = 0;

  /** In place of an inode's number: the platform's locks do not depend on other descriptors. */
  public static final long NONE = -1;

  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  /** Locks held, or about to be asked for. */
  private static final AtomicInteger LOCKS = new AtomicInteger();

  private static final LongAdder BEGUN = new LongAdder();
  private static final LongAdder ENDED = new LongAdder();

  private static final ReentrantLock MUTEX = new ReentrantLock();
  private static final Condition CLOSED = MUTEX.newCondition();
  private static final Map<Long, Inode> INODES = new HashMap<>(); // guarded by MUTEX

  private PosixLocks() {}

  /** What is to be closed. */
  public interface Descriptor {
    /** The number of its inode, or {@link #UNKNOWN}, or {@link #NONE}. */
    long inode();

    void close() throws IOException;
  }

  /** All fields are guarded by MUTEX. */
  private static final class Inode {
    int locks;
    int closing;
    List<Descriptor> kept = new ArrayList<>();
  }

  /** Whether a lock is held, so that nobody else should open and close files. */
  public static boolean areHeld() {
    return LOCKS.get() > 0;
  }

  /** Closes {@code descriptor} now, or when the last lock on its inode has been released. */
  public static void close(Descriptor descriptor) throws IOException {
    if (begin()) {
      try {
        descriptor.close();
        return;
      } finally {
        end();
      }
    }
    long number = descriptor.inode();
    if (number == NONE) {
      descriptor.close();
    } else {
      closeUnlessLocked(descriptor, number);
    }
  }

  /**
   * Whether there is no lock at all, and the caller may close a descriptor without {@link #close},
   * which would keep it. {@link #end} must follow if so.
   */
  public static boolean begin() {
    BEGUN.increment();
    if (LOCKS.get() == 0) { // after BEGUN was counted; see hold
      return true;
    }
    ENDED.increment();
    return false;
  }

  /** The close that {@link #begin} allowed is done. */
  public static void end() {
    ENDED.increment();
  }

  private static void closeUnlessLocked(Descriptor descriptor, long number) throws IOException {
    MUTEX.lock();
    try {
      Inode locked = locked(number);
      if (locked != null) {
        locked.kept.add(descriptor);
        return;
      }
      inode(number).closing++;
    } finally {
      MUTEX.unlock();
    }
    try {
      descriptor.close();
    } finally {
      closed(number);
    }
  }

  private static void closed(long number) {
    MUTEX.lock();
    try {
      inode(number).closing--;
      forgetIfUnused(number);
      CLOSED.signalAll();
    } finally {
      MUTEX.unlock();
    }
  }

  /** An inode with locks that {@code number} is or may be, or null. */
  private static Inode locked(long number) {
    return find(number, inode -> inode.locks > 0);
  }

  /** Whether an inode is being closed that {@code number} is or may be. */
  private static boolean isClosing(long number) {
    return find(number, inode -> inode.closing > 0) != null;
  }

  private static Inode find(long number, Predicate<Inode> condition) {
    for (Map.Entry<Long, Inode> entry : INODES.entrySet()) {
      boolean mayBe = number == UNKNOWN || entry.getKey() == UNKNOWN || entry.getKey() == number;
      if (mayBe && condition.test(entry.getValue())) {
        return entry.getValue();
      }
    }
    return null;
  }

  private static Inode inode(long number) {
    return INODES.computeIfAbsent(number, _ -> new Inode());
  }

  private static void forgetIfUnused(long number) {
    Inode inode = inode(number);
    if (inode.locks == 0 && inode.closing == 0) {
      INODES.remove(number);
    }
  }

  /**
   * Has no descriptor of the inode closed from now on, so that a lock on it can be acquired. {@link
   * #release} must follow. Waits for closes that have begun; not to be called by a virtual thread.
   */
  public static void hold(long number) {
    LOCKS.incrementAndGet();
    // The later sum is at least as new: if they are equal, all had ended in between.
    while (ENDED.sum() != BEGUN.sum()) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    MUTEX.lock();
    try {
      inode(number).locks++;
      while (isClosing(number)) {
        CLOSED.awaitUninterruptibly();
      }
    } finally {
      MUTEX.unlock();
    }
  }

  /** The lock is gone, or was not to be had. The last one closes what was kept. */
  public static void release(long number) {
    List<Descriptor> unlocked = List.of();
    MUTEX.lock();
    try {
      Inode inode = inode(number);
      inode.locks--;
      if (inode.locks == 0) {
        unlocked = inode.kept;
        inode.kept = new ArrayList<>();
        forgetIfUnused(number);
      }
      LOCKS.decrementAndGet();
    } finally {
      MUTEX.unlock();
    }
    unlocked.forEach(PosixLocks::closeQuietly); // looking again: somebody may have locked it
  }

  private static void closeQuietly(Descriptor descriptor) {
    try {
      close(descriptor);
    } catch (IOException e) {
      LOGGER.get().log(System.Logger.Level.WARNING, descriptor + " could not be closed", e);
    }
  }
}
