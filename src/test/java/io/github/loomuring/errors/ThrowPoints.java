package io.github.loomuring.errors;

import java.util.function.Predicate;

/**
 * Where a test has an Error thrown: at the nth of the points that {@link ThrowPointsLoader} puts
 * into the library's code, on the threads that the test names.
 *
 * <p>Points stand where a JVM that runs short throws: where something is allocated, and where a
 * method of the JDK is called that parks, yields, makes a thread or takes a node for a queue.
 */
public final class ThrowPoints {
  /** What is thrown at one kind of points. */
  public enum Kind {
    /** A full heap: every allocation. */
    FULL_HEAP,
    /**
     * A heap that is full for a moment in which the JDK makes an object for a downcall. Not with
     * the others: a close is repeated for seconds before it gives up.
     */
    DOWNCALL,
    /** A deep stack: every park and yield of a virtual thread, which need stack for all frames. */
    DEEP_STACK,
    /** A full heap and a deep stack. */
    ANY
  }

  private static volatile Predicate<Thread> threads;
  private static Kind kind = Kind.ANY;
  private static boolean lasting;
  private static int left;
  private static int thrown;

  private ThrowPoints() {}

  /**
   * Has an Error thrown at a point.
   *
   * @param who the threads whose points count
   * @param what the points that count
   * @param nth the point, from 1 on
   * @param everyLater whether at each point after that, too
   */
  public static synchronized void arm(
      Predicate<Thread> who, Kind what, int nth, boolean everyLater) {
    kind = what;
    left = nth;
    lasting = everyLater;
    thrown = 0;
    threads = who;
  }

  /** Has none thrown any more; how many were. */
  public static synchronized int disarm() {
    threads = null;
    return thrown;
  }

  /** Called where something is allocated. */
  public static void allocating() {
    Predicate<Thread> who = threads;
    if (who != null && isNext(who, Kind.FULL_HEAP)) {
      throw new OutOfMemoryError("thrown by the test");
    }
  }

  /** Called before a downcall that captures errno. */
  public static void callingDown() {
    Predicate<Thread> who = threads;
    if (who != null && isNext(who, Kind.DOWNCALL)) {
      throw new OutOfMemoryError("thrown by the test");
    }
  }

  /** Called before a virtual thread parks or yields. */
  public static void parking() {
    Predicate<Thread> who = threads;
    if (who != null && Thread.currentThread().isVirtual() && isNext(who, Kind.DEEP_STACK)) {
      throw new StackOverflowError("thrown by the test");
    }
  }

  private static boolean isNext(Predicate<Thread> who, Kind what) {
    // Not under the lock: a test may hold up a thread here, and others go on.
    return isMeant(what) && who.test(Thread.currentThread()) && isNth(who);
  }

  private static synchronized boolean isMeant(Kind what) {
    return kind == what || (kind == Kind.ANY && what != Kind.DOWNCALL);
  }

  private static synchronized boolean isNth(Predicate<Thread> who) {
    if (who != threads || left == 0) {
      return false;
    }
    left--;
    if (left > 0) {
      return false;
    }
    left = lasting ? 1 : 0;
    thrown++;
    return true;
  }
}
