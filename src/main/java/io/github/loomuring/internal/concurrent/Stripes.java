package io.github.loomuring.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Predicate;

/**
 * A few idle objects, which any thread takes and leaves without a lock. A thread mostly gets the
 * object that it has left.
 *
 * @param <T> the type of the objects
 */
public final class Stripes<T> {
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final int STRIPES = 32;

  /** Puts stripes on cache lines of their own. */
  private static final int SPACING = 16;

  private final Object[] elements = new Object[STRIPES * SPACING];

  /** Takes the object of the calling thread's stripe, or null; the caller owns it then. */
  @SuppressWarnings("unchecked")
  public T poll() {
    return (T) ELEMENT.getAndSet(elements, index(), (Object) null);
  }

  /** Leaves {@code object} to the next thread of this stripe; false if the stripe has one. */
  public boolean offer(T object) {
    return ELEMENT.compareAndSet(elements, index(), (Object) null, (Object) object);
  }

  /** Whether an object for which {@code test} holds is idle here, for tests. */
  @SuppressWarnings("unchecked")
  public boolean anyMatch(Predicate<? super T> test) {
    for (int i = 0; i < elements.length; i += SPACING) {
      T object = (T) ELEMENT.getVolatile(elements, i);
      if (object != null && test.test(object)) {
        return true;
      }
    }
    return false;
  }

  private static int index() {
    return ((int) Thread.currentThread().threadId() & (STRIPES - 1)) * SPACING;
  }
}
