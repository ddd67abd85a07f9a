package io.github.loomuring.internal.platform;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.log.LazyLogger;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

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
   * it takes. From LOCKS on closes go by the list of files: those of a file with a lock are kept,
   * those of another are counted in its `closing`, for whose end a lock on it waits in turn. So
   * does a close that finds no place.
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
  private static final int HOLD_MICROS = 100;

  /** Locks held, or about to be asked for. */
  private static final AtomicInteger LOCKS = new AtomicInteger();

  private static final AtomicLongArray CLOSING = new AtomicLongArray(PLACES * STRIDE);
  private static final ReentrantLock MUTEX = new ReentrantLock();
  private static final Condition CLOSED = MUTEX.newCondition();

  /** The first of a list, which is short. No map: there may be no memory to look into one. */
  private static LockedFile files; // guarded by MUTEX

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
  public abstract static class Descriptor {
    /** The one that is kept after it. No list is made for that: there may be no memory for it. */
    private Descriptor next; // guarded by MUTEX

    /** The {@linkplain #key key} of its file, or {@link #UNKNOWN}, or {@link #NONE}. */
    public abstract long key();

    public abstract void close() throws IOException;
  }

  /** All fields are guarded by MUTEX. */
  private static final class LockedFile {
    final long key;
    LockedFile next;
    int locks;
    int closing;
    Descriptor kept; // the first of a list

    LockedFile(long key) {
      this.key = key;
    }
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
      lock();
      try {
        CLOSED.signalAll();
      } finally {
        MUTEX.unlock();
      }
    }
  }

  /** In any case: what follows must be done, also by a thread that is too deep to park. */
  private static void lock() {
    if (MUTEX.tryLock()) {
      return;
    }
    try {
      MUTEX.lock();
    } catch (Throwable t) {
      while (!MUTEX.tryLock()) {
        Pauses.hold(HOLD_MICROS);
      }
    }
  }

  private static void closeUnlessLocked(Descriptor descriptor, long key) throws IOException {
    lock();
    try {
      LockedFile locked = locked(key);
      if (locked != null) {
        descriptor.next = locked.kept;
        locked.kept = descriptor;
        return;
      }
      if (!isNotedAsClosing(key)) {
        descriptor.close(); // nobody gets a lock meanwhile
        return;
      }
    } finally {
      MUTEX.unlock();
    }
    try {
      descriptor.close();
    } finally {
      closed(key);
    }
  }

  /** False if there is no memory for it. */
  private static boolean isNotedAsClosing(long key) {
    try {
      file(key).closing++;
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  private static void closed(long key) {
    lock();
    try {
      LockedFile file = file(key);
      file.closing--;
      forgetIfUnused(file);
      CLOSED.signalAll();
    } finally {
      MUTEX.unlock();
    }
  }

  /** A file with locks that is or may be the one of {@code key}, or null. */
  private static LockedFile locked(long key) {
    LockedFile file = files;
    while (file != null && !(file.locks > 0 && mayBeSame(key, file.key))) {
      file = file.next;
    }
    return file;
  }

  /** Whether a descriptor is being closed that is or may be of the file of {@code key}. */
  private static boolean isClosing(long key) {
    for (int index = 0; index < PLACES * STRIDE; index += STRIDE) {
      long closing = CLOSING.get(index);
      if (closing != FREE && mayBeSame(key, closing)) {
        return true;
      }
    }
    LockedFile file = files;
    while (file != null && !(file.closing > 0 && mayBeSame(key, file.key))) {
      file = file.next;
    }
    return file != null;
  }

  private static boolean mayBeSame(long one, long other) {
    return one == UNKNOWN || other == UNKNOWN || one == other;
  }

  /** What is known of a file; made if nothing is. */
  private static LockedFile file(long key) {
    LockedFile file = files;
    while (file != null && file.key != key) {
      file = file.next;
    }
    if (file == null) {
      file = new LockedFile(key);
      file.next = files;
      files = file;
    }
    return file;
  }

  private static void forgetIfUnused(LockedFile file) {
    if (file.locks > 0 || file.closing > 0) {
      return;
    }
    if (files == file) {
      files = file.next;
      return;
    }
    LockedFile previous = files;
    while (previous.next != file) {
      previous = previous.next;
    }
    previous.next = file.next;
  }

  /**
   * Has no descriptor of the file closed from now on, so that a lock on it can be acquired. {@link
   * #release} must follow. Waits for closes that have begun and are or may be of the same file; not
   * to be called by a virtual thread.
   */
  public static void hold(long key) {
    lock();
    try {
      file(key).locks++;
      LOCKS.incrementAndGet();
      while (isClosing(key)) {
        if (Thread.currentThread().isVirtual()) {
          pauseUnlocked();
        } else {
          CLOSED.awaitUninterruptibly();
        }
      }
    } finally {
      MUTEX.unlock();
    }
  }

  /** Of one that had to do the pool's work itself, and may be too deep in its stack to park. */
  private static void pauseUnlocked() {
    MUTEX.unlock();
    Pauses.hold(HOLD_MICROS);
    lock();
  }

  /** The lock is gone, or was not to be had. The last one closes what was kept. */
  public static void release(long key) {
    Descriptor unlocked = null;
    lock();
    try {
      LockedFile file = file(key);
      file.locks--;
      if (file.locks == 0) {
        unlocked = file.kept;
        file.kept = null;
        forgetIfUnused(file);
      }
      LOCKS.decrementAndGet();
    } finally {
      MUTEX.unlock();
    }
    while (unlocked != null) {
      Descriptor next = unlocked.next;
      unlocked.next = null;
      closeQuietly(unlocked); // looking again: somebody may have locked it
      unlocked = next;
    }
  }

  private static void closeQuietly(Descriptor descriptor) {
    try {
      close(descriptor);
    } catch (IOException e) {
      LOGGER.get().log(System.Logger.Level.WARNING, descriptor + " could not be closed", e);
    }
  }
}
