package io.github.loomuring.internal.watch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Tells the watcher which virtual threads are in a system call that may wait.
 *
 * <p>Any thread may call {@link #begin}; the thread that has got a mark ends it. The watcher alone
 * calls the other methods.
 */
final class Marks {
  /*
   * A mark has a sequence number, which is odd while a thread owns it. The watcher concludes from
   * an odd number that it has seen at its look before that the call has lasted since then.
   *
   * A thread looks for a free mark from the place of its id on, in a few marks only. If all of them
   * have owners, the thread goes without: more threads than carriers are in a call only if the
   * carriers of some have been replaced already.
   *
   * Only the owner changes its mark. The second word is the time at which the call began.
   */

  private static final int COUNT = 256;
  private static final int PROBES = 8;

  /** Puts marks on cache lines of their own, and on pairs of lines that are fetched together. */
  private static final int SPACING = 16;

  private static final int SEQUENCE = 0;
  private static final int STARTED_NANOS = 1;

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final long[] WORDS = new long[COUNT * SPACING];

  /** No mark: the thread is no virtual thread, or has found none. */
  static final int NONE = -1;

  // The watcher's own.
  private final long[] seen = new long[COUNT];
  private int inside;
  private int lasting;

  static int begin() {
    Thread caller = Thread.currentThread();
    if (!caller.isVirtual()) {
      return NONE;
    }
    int first = (int) caller.threadId();
    for (int i = 0; i < PROBES; i++) {
      int mark = ((first + i) & (COUNT - 1)) * SPACING;
      long sequence = (long) WORD.getOpaque(WORDS, mark);
      // A full fence: the watcher sees the mark, or this thread sees afterwards that it sleeps.
      if ((sequence & 1) == 0 && WORD.compareAndSet(WORDS, mark, sequence, sequence + 1)) {
        WORDS[mark + STARTED_NANOS] = System.nanoTime();
        return mark;
      }
    }
    return NONE;
  }

  /** Ends the caller's use of a mark. Returns for how many nanoseconds that has lasted. */
  static long end(int mark) {
    long nanos = System.nanoTime() - WORDS[mark + STARTED_NANOS];
    WORD.setRelease(WORDS, mark + SEQUENCE, WORDS[mark + SEQUENCE] + 1); // written by this thread
    return nanos;
  }

  /** Looks at all marks. Returns whether one is used, or has been since the look before. */
  boolean look() {
    boolean used = false;
    inside = 0;
    lasting = 0;
    for (int i = 0; i < COUNT; i++) {
      long sequence = (long) WORD.getAcquire(WORDS, i * SPACING);
      if (sequence != seen[i]) {
        seen[i] = sequence;
        used = true;
      } else if ((sequence & 1) != 0) {
        lasting++;
        used = true;
      }
      inside += (int) sequence & 1;
    }
    return used;
  }

  /** How many calls there were at the last look. */
  int inside() {
    return inside;
  }

  /** How many calls were the same at the last two looks. */
  int lasting() {
    return lasting;
  }
}
