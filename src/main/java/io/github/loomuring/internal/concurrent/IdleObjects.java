package io.github.loomuring.internal.concurrent;

import java.util.function.Predicate;

/**
 * Objects that wait for their next use: a few that are taken and left without a lock, and a bounded
 * stack of others. Any thread may call any method.
 *
 * @param <T> of the objects
 */
public final class IdleObjects<T> {
  private final Stripes<T> near = new Stripes<>();
  private final SpinLock lock = new SpinLock();
  private final Object[] stack; // guarded by lock
  private int count; // guarded by lock

  /** Keeps {@code max} objects, besides those of the stripes. */
  public IdleObjects(int max) {
    this.stack = new Object[max];
  }

  /** An object, now the caller's; null if there is none. */
  @SuppressWarnings("unchecked")
  public T poll() {
    T object = near.poll();
    if (object != null) {
      return object;
    }
    lock.lock();
    if (count > 0) {
      object = (T) stack[--count];
      stack[count] = null;
    }
    lock.unlock();
    return object;
  }

  /** Leaves {@code object} to its next user; to the garbage collector, if there are enough. */
  public void offer(T object) {
    if (near.offer(object)) {
      return;
    }
    lock.lock();
    if (count < stack.length) {
      stack[count++] = object;
    }
    lock.unlock();
  }

  /** Whether an object for which {@code test} holds is idle here, for tests. */
  @SuppressWarnings("unchecked")
  public boolean anyMatch(Predicate<? super T> test) {
    if (near.anyMatch(test)) {
      return true;
    }
    lock.lock();
    try {
      for (int i = 0; i < count; i++) {
        if (test.test((T) stack[i])) {
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }
}
