package io.github.loomuring.internal;

import io.github.loomuring.internal.log.LazyLogger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Keeps descriptors open whose closing would drop a lock.
 *
 * <p>A process loses all its locks on a file (fcntl(2)) when it closes any descriptor of it, also
 * one that has nothing to do with the lock. So every descriptor of the library is closed by {@link
 * #close}, which puts that off while the library holds a lock on the descriptor's file. Files are
 * told apart by a {@linkplain #key key}. Two of them may have the same one; a close is then put off
 * without need.
 */
public final class PosixLocks {
  private static final LazyLogger LOGGER = new LazyLogger(PosixLocks.class);

  /*
   * As long as nobody holds a lock, a close notes its key in a free place of CLOSING, and looks at
   * LOCKS. Who wants a lock counts it there first, and then looks for its key in CLOSING: what has
   * not seen the lock is found there, and waited for. A close of another file is not, however long
   * it takes. From LOCKS on closes go by FILES: those of a file with a lock are kept, those of
   * another are counted in its `closing`, for whose end a lock on it waits in turn. So does a close
   * that finds no place.
   *
   * Who leaves CLOSING looks at LOCKS after that, and wakes who may wait; who waits looks at
   * CLOSING after it has counted its lock. One of the two sees the other.
   */

  /** In place of a key: it cannot be known which file it is, so it may be any. */
  public static final long UNKNOWN = -2;

  /** In place of a key: the platform's locks do not depend on other descriptors. */
  public static final long NONE = -1;

  /** What {@link #begin} returns if there may be a lock. */
  public static final int REFUSED = -1;

  private static final long FREE = 0;

  /** As many closes at once as find a place; a power of two. */
  private static final int PLACES = 256;

  /** Each place has a cache line of its own. */
  private static final int STRIDE = 8;

  private static final int ATTEMPTS = 8;

  /** Locks held, or about to be asked for. */
  private static final AtomicInteger LOCKS = new AtomicInteger();

  private static final AtomicLongArray CLOSING = new AtomicLongArray(PLACES * STRIDE);
  private static final ReentrantLock MUTEX = new ReentrantLock();
  private static final Condition CLOSED = MUTEX.newCondition();
  private static final Map<Long, LockedFile> FILES = new HashMap<>(); // guarded by MUTEX

  private PosixLocks() {}

  /**
   * The key of a file.
   *
   * @param device in the form of st_dev of stat(2)
   */
  public static long key(long device, long inode) {
    long mixed = (device * 0x9E3779B97F4A7C15L ^ inode) & Long.MAX_VALUE;
    return mixed == FREE ? 1 : mixed;
  }

  /** What is to be closed. */
  public interface Descriptor {
    /** The {@linkplain #key key} of its file, or {@link #UNKNOWN}, or {@link #NONE}. */
    long key();

    void close() throws IOException;
  }

  /** All fields are guarded by MUTEX. */
  private static final class LockedFile {
    int locks;
    int closing;
    List<Descriptor> kept = new ArrayList<>();
  }

  /** Whether a lock is held, so that nobody else should open and close files. */
  public static boolean areHeld() {
    return LOCKS.get() > 0;
  }

  /** Closes {@code descriptor} now, or when the last lock on its file has been released. */
  public static void close(Descriptor descriptor) throws IOException {
    long key = descriptor.key();
    if (key == NONE) {
      descriptor.close();
      return;
    }
    int place = begin(key);
    if (place == REFUSED) {
      closeUnlessLocked(descriptor, key);
      return;
    }
    try {
      descriptor.close();
    } finally {
      end(place);
    }
  }

  /**
   * Whether there is no lock at all, and the caller may close a descriptor without {@link #close},
   * which would keep it.
   *
   * @param key not {@link #NONE}
   * @return what {@link #end} is to be called with; or {@link #REFUSED}
   */
  public static int begin(long key) {
    int place = (int) Thread.currentThread().threadId();
    for (int i = 0; i < ATTEMPTS; i++, place++) {
      int index = (place & (PLACES - 1)) * STRIDE;
      if (CLOSING.get(index) == FREE && CLOSING.compareAndSet(index, FREE, key)) {
        if (LOCKS.get() == 0) { // after the key was noted; see hold
          return index;
        }
        end(index);
        break;
      }
    }
    return REFUSED;
  }

  /** The close that {@link #begin} allowed is done. */
  public static void end(int place) {
    CLOSING.set(place, FREE);
    if (LOCKS.get() > 0) { // after the key was removed
      MUTEX.lock();
      try {
        CLOSED.signalAll();
      } finally {
        MUTEX.unlock();
      }
    }
  }

  private static void closeUnlessLocked(Descriptor descriptor, long key) throws IOException {
    MUTEX.lock();
    try {
      LockedFile locked = locked(key);
      if (locked != null) {
        locked.kept.add(descriptor);
        return;
      }
      file(key).closing++;
    } finally {
      MUTEX.unlock();
    }
    try {
      descriptor.close();
    } finally {
      closed(key);
    }
  }

  private static void closed(long key) {
    MUTEX.lock();
    try {
      file(key).closing--;
      forgetIfUnused(key);
      CLOSED.signalAll();
    } finally {
      MUTEX.unlock();
    }
  }

  /** A file with locks that is or may be the one of {@code key}, or null. */
  private static LockedFile locked(long key) {
    return find(key, file -> file.locks > 0);
  }

  /** Whether a descriptor is being closed that is or may be of the file of {@code key}. */
  private static boolean isClosing(long key) {
    for (int index = 0; index < PLACES * STRIDE; index += STRIDE) {
      long closing = CLOSING.get(index);
      if (closing != FREE && mayBeSame(key, closing)) {
        return true;
      }
    }
    return find(key, file -> file.closing > 0) != null;
  }

  private static boolean mayBeSame(long one, long other) {
    return one == UNKNOWN || other == UNKNOWN || one == other;
  }

  private static LockedFile find(long key, Predicate<LockedFile> condition) {
    for (Map.Entry<Long, LockedFile> entry : FILES.entrySet()) {
      if (mayBeSame(key, entry.getKey()) && condition.test(entry.getValue())) {
        return entry.getValue();
      }
    }
    return null;
  }

  private static LockedFile file(long key) {
    return FILES.computeIfAbsent(key, _ -> new LockedFile());
  }

  private static void forgetIfUnused(long key) {
    LockedFile file = file(key);
    if (file.locks == 0 && file.closing == 0) {
      FILES.remove(key);
    }
  }

  /**
   * Has no descriptor of the file closed from now on, so that a lock on it can be acquired. {@link
   * #release} must follow. Waits for closes that have begun and are or may be of the same file; not
   * to be called by a virtual thread.
   */
  public static void hold(long key) {
    MUTEX.lock();
    try {
      file(key).locks++;
      LOCKS.incrementAndGet();
      while (isClosing(key)) {
        CLOSED.awaitUninterruptibly();
      }
    } finally {
      MUTEX.unlock();
    }
  }

  /** The lock is gone, or was not to be had. The last one closes what was kept. */
  public static void release(long key) {
    List<Descriptor> unlocked = List.of();
    MUTEX.lock();
    try {
      LockedFile file = file(key);
      file.locks--;
      if (file.locks == 0) {
        unlocked = file.kept;
        file.kept = new ArrayList<>();
        forgetIfUnused(key);
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
