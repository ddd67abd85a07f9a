package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.concurrent.SpinLock;

/** Requests that have entered their gates, first in, first out. Any thread may call any method. */
final class RequestQueue {
  private final SpinLock lock = new SpinLock();
  private final WaiterList requests = new WaiterList(); // guarded by lock
  private volatile boolean empty = true; // written under lock

  /** Appends {@code request}, which must wait at no gate, because it has one set of links. */
  void add(Request request) {
    lock.lock();
    try {
      requests.add(request);
      empty = false;
    } finally {
      lock.unlock();
    }
  }

  /** Takes the request that has been here longest, or returns null. */
  Request poll() {
    lock.lock();
    try {
      Request first = (Request) requests.poll(); // only requests are added
      empty = requests.size() == 0;
      return first;
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    return empty;
  }
}
