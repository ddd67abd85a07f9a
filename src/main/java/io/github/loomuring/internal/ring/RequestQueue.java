package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.concurrent.SpinLock;

/** Requests that have entered their gates, first in, first out. Any thread may call any method. */
final class RequestQueue {
  private final SpinLock lock = new SpinLock();
  private Request tail; // guarded by lock
  private volatile Request head; // written under lock

  /** Appends {@code request}, which must wait at no gate, because it has one set of links. */
  void add(Request request) {
    lock.lock();
    try {
      assert request.queuedAt == null : "the request waits at a gate";
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

  /** Takes the request that has been here longest, or returns null. */
  Request poll() {
    lock.lock();
    try {
      Request first = head;
      if (first != null) {
        head = (Request) first.next; // only requests are added
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
