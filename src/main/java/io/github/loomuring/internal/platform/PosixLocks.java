package io.github.loomuring.internal.platform;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.log.LazyLogger;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps descriptors open whose close would drop a lock.
 *
 * <p>A process loses all its locks on a file (fcntl(2)) when it closes any descriptor of the file,
 * even one that was not used for the lock. So {@link #close} closes every descriptor of the
 * library, and puts the close off while the library holds a lock on the descriptor's file. A
 * {@linkplain #key key} identifies the file. Two files may have the same key; then a close is put
 * off without need.
 *
 * <p>All state is static: locks belong to the process, whatever engine a file was opened by. Any
 * thread may call.
 */
public final class PosixLocks {
  private static final LazyLogger LOGGER = new LazyLogger(PosixLocks.class);

  /*
   * While there is no lock, a close writes its key to a free place of CLOSING, and then reads
   * LOCKS. A thread that wants a lock first counts it in LOCKS, and then looks for its key in
   * CLOSING. So a close that has not seen the lock is found in CLOSING, and the thread waits for
   * its end. It does not wait for closes of other files.
   *
   * While LOCKS is not zero, closes use the list of files instead. The descriptor of a file with a
   * lock is kept. The close of another file is counted in that file's `closing`, and a thread that
   * wants a lock on that file waits for its end. A close that finds no free place does the same.
   *
   * A close that ends clears its place first, and then reads LOCKS, and wakes the threads that
   * wait. A thread that waits counts its lock first, and then reads CLOSING. One of the two sees
   * the other.
   */

  /** In place of a key: the file is not known, so it may be any file. */
  public static final long UNKNOWN = -2;

  /** In place of a key: on this platform, a close does not drop locks of other descriptors. */
  public static final long NONE = -1;

  /** Returned by {@link #beginClose} if there may be a lock. */
  public static final int REFUSED = -1;

  private static final long FREE = 0;

  /** The number of closes at once that find a place; a power of two. */
  private static final int PLACES = 256;

  /** Each place has a cache line of its own. */
  private static final int STRIDE = 8;

  private static final int ATTEMPTS = 8;
  private static final int HOLD_MICROS = 100;

  /** The number of locks that are held, or about to be acquired. */
  private static final AtomicInteger LOCKS = new AtomicInteger();

  private static final AtomicLongArray CLOSING = new AtomicLongArray(PLACES * STRIDE);
  private static final ReentrantLock MUTEX = new ReentrantLock();
  private static final Condition CLOSED = MUTEX.newCondition();

  /**
   * The first of a list, which is short. No map: a look-up may need memory, and there may be none.
   */
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

  /** A descriptor that is to be closed, and by {@link #close} only. */
  public abstract static class Descriptor {
    /** The next one in the list of kept ones. No list object: there may be no memory for it. */
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

  /** Whether a lock is held, so that no file should be opened and closed by other means. */
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
    int place = beginClose(key);
    if (place == REFUSED) {
      closeUnlessLocked(descriptor, key);
      return;
    }
    try {
      descriptor.close();
    } finally {
      endClose(place);
    }
  }

  /**
   * Allows the caller to close a descriptor by other means than {@link #close}, if there is no
   * lock.
   *
   * @param key not {@link #NONE}
   * @return the argument for {@link #endClose}, which must follow; or {@link #REFUSED}
   */
  public static int beginClose(long key) {
    int place = (int) Thread.currentThread().threadId();
    for (int i = 0; i < ATTEMPTS; i++, place++) {
      int index = (place & (PLACES - 1)) * STRIDE;
      if (CLOSING.get(index) == FREE && CLOSING.compareAndSet(index, FREE, key)) {
        if (LOCKS.get() == 0) { // after the key was written; see hold
          return index;
        }
        endClose(index);
        break;
      }
    }
    return REFUSED;
  }

  /** Marks the end of the close that {@link #beginClose} allowed. */
  public static void endClose(int place) {
    assert CLOSING.get(place) != FREE : "the close has ended before";
    CLOSING.set(place, FREE);
    if (LOCKS.get() > 0) { // after the key was removed
      Pauses.lock(MUTEX);
      try {
        CLOSED.signalAll();
      } finally {
        MUTEX.unlock();
      }
    }
  }

  private static void closeUnlessLocked(Descriptor descriptor, long key) throws IOException {
    Pauses.lock(MUTEX);
    try {
      LockedFile locked = locked(key);
      if (locked != null) {
        assert descriptor.next == null && locked.kept != descriptor : "it is kept already";
        descriptor.next = locked.kept;
        locked.kept = descriptor;
        return;
      }
      if (!tryCountClose(key)) {
        descriptor.close(); // under MUTEX, so that no thread gets a lock meanwhile
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

  /** Counts a close of the file; false if there is no memory for the entry. */
  private static boolean tryCountClose(long key) {
    try {
      file(key).closing++;
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  private static void closed(long key) {
    Pauses.lock(MUTEX);
    try {
      LockedFile file = file(key);
      assert file.closing > 0 : "a close has ended that was not counted";
      file.closing--;
      forgetIfUnused(file);
      CLOSED.signalAll();
    } finally {
      MUTEX.unlock();
    }
  }

  /** A file with locks that may be the one of {@code key}, or null. */
  private static LockedFile locked(long key) {
    LockedFile file = files;
    while (file != null && !(file.locks > 0 && mayBeSame(key, file.key))) {
      file = file.next;
    }
    return file;
  }

  /** Whether a descriptor is being closed that may belong to the file of {@code key}. */
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

  /** The entry of a file; made if there is none. */
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
   * Puts off every close of a descriptor of the file from now on, so that a lock on the file can be
   * acquired. {@link #release} must follow. Waits for closes that have begun and may be of the same
   * file. Meant for platform threads; see pauseUnlocked for virtual threads.
   */
  public static void hold(long key) {
    Pauses.lock(MUTEX);
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

  /**
   * The pause of a virtual thread, which does the work of a pool thread if there is none. It may be
   * too deep in its stack to park.
   */
  private static void pauseUnlocked() {
    MUTEX.unlock();
    Pauses.hold(HOLD_MICROS);
    Pauses.lock(MUTEX);
  }

  /**
   * Undoes {@link #hold}: the lock was released, or could not be acquired. The last release closes
   * the descriptors that were kept.
   */
  public static void release(long key) {
    Descriptor unlocked = null;
    Pauses.lock(MUTEX);
    try {
      LockedFile file = file(key);
      assert file.locks > 0 : "a lock is released that is not held";
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
      closeQuietly(unlocked); // which checks for locks again: there may be a new one
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
