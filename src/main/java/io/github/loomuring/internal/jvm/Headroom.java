package io.github.loomuring.internal.jvm;

import java.lang.ref.Reference;

/**
 * Memory and stack for what must not fail half way: a class whose initialiser has thrown an error
 * can never be used again in that JVM.
 */
public final class Headroom {
  /** More calls than the JDK nests when it links a downcall, which makes classes. */
  private static final int CALLS = 500;

  private static final int HEAP_BYTES = 1 << 20;

  private Headroom() {}

  /**
   * Returns if there are memory and stack enough; throws the error that there would be if not,
   * while nothing is broken by it.
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
