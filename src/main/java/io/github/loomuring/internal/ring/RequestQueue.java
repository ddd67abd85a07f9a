package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.concurrent.SpinLock;

/** Requests that have passed their gates, first in, first out. Any thread may call any method. */
final class RequestQueue {
  private final SpinLock lock = new SpinLock();
  private Request tail; // guarded by lock
  private volatile Request head; // written under lock

  /** Appends {@code request}, which must stand in no gate's queue: it has one set of links. */
  void add(Request request) {
    lock.lock();
    try {
      request.next = null;
      if (head == null) {
        head = request;
      } else {
        tail.next = request;
      }
      tail = request;
    } finally {
      lock.unlock();
    }
  }

  /** Takes the request that waits longest, or null. */
  Request poll() {
    lock.lock();
    try {
      Request first = head;
      if (first != null) {
        head = first.next;
        first.next = null;
      }
      return first;
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    return head == null;
  }
}
