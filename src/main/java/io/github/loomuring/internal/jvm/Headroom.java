package io.github.loomuring.internal.jvm;

import java.lang.ref.Reference;

/**
 * Makes sure of memory and stack before code that must not fail half way: a class whose initialiser
 * has thrown an error can never be used again in that JVM.
 */
public final class Headroom {
  /** More than the depth of the calls by which the JDK links a downcall. */
  private static final int CALLS = 500;

  private static final int HEAP_BYTES = 1 << 20;

  private Headroom() {}

  /**
   * Returns if there is enough memory and stack. Otherwise throws the error now, when it does no
   * harm.
   *
   * @throws OutOfMemoryError if the heap is full
   * @throws StackOverflowError if the calling thread is near the end of its stack
   */
  public static void check() {
    byte[] heap = new byte[HEAP_BYTES];
    try {
      deepen(CALLS);
    } finally {
      Reference.reachabilityFence(heap);
    }
  }

  private static int deepen(int calls) {
    return calls == 0 ? 0 : 1 + deepen(calls - 1);
  }
}
