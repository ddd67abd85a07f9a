package io.github.loomuring.internal.op;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A few idle objects that any thread takes and leaves without a lock, each thread mostly the same.
 *
 * @param <T> of the objects
 */
final class Stripes<T> {
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final int STRIPES = 32;

  /** Puts stripes on cache lines of their own. */
  private static final int SPACING = 16;

  private final Object[] elements = new Object[STRIPES * SPACING];

  /** The object of the calling thread's stripe, now its own; null if there is none. */
  @SuppressWarnings("unchecked")
  T poll() {
    return (T) ELEMENT.getAndSet(elements, index(), (Object) null);
  }

  /** Leaves {@code object} to the next thread of this stripe; false if there is one already. */
  boolean offer(T object) {
    return ELEMENT.compareAndSet(elements, index(), (Object) null, (Object) object);
  }

  private static int index() {
    return ((int) Thread.currentThread().threadId() & (STRIPES - 1)) * SPACING;
  }
}
