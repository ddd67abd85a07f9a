package io.github.loomuring.internal.ring;

/**
 * A queue whose links are in its entries, so that nothing is made for one. An entry stands in one
 * list at a time. Not thread-safe: the owner's lock guards the list, and the links of its entries.
 */
final class WaiterList {
  /** An entry; the base of {@link Request}, so that lists and gates know no requests. */
  abstract static class Waiter {
    /** The list it stands in. Compared by others with their own list only, under their lock. */
    private WaiterList list;

    private Waiter previous;
    private Waiter next;

    /** Whether it stands in no list; for assertions. */
    final boolean isAlone() {
      return list == null;
    }
  }

  private Waiter head;
  private Waiter tail;
  private int size;

  int size() {
    return size;
  }

  boolean contains(Waiter waiter) {
    return waiter.list == this;
  }

  /** The first entry, or null. */
  Waiter first() {
    return head;
  }

  /** The entry after one that stands here, or null. */
  Waiter after(Waiter waiter) {
    assert contains(waiter) : "the entry stands here";
    return waiter.next;
  }

  void add(Waiter waiter) {
    assert waiter.isAlone() : "an entry stands in one list at a time";
    waiter.list = this;
    waiter.previous = tail;
    waiter.next = null;
    if (tail == null) {
      head = waiter;
    } else {
      tail.next = waiter;
    }
    tail = waiter;
    size++;
  }

  void remove(Waiter waiter) {
    assert contains(waiter) : "the entry stands here";
    if (waiter.previous == null) {
      head = waiter.next;
    } else {
      waiter.previous.next = waiter.next;
    }
    if (waiter.next == null) {
      tail = waiter.previous;
    } else {
      waiter.next.previous = waiter.previous;
    }
    waiter.list = null;
    waiter.previous = null;
    waiter.next = null;
    size--;
  }

  /** Takes the entry that has been here longest, or returns null. */
  Waiter poll() {
    Waiter first = head;
    if (first != null) {
      remove(first);
    }
    return first;
  }

  /** Takes the entry that came last, or returns null. */
  Waiter pollLast() {
    Waiter last = tail;
    if (last != null) {
      remove(last);
    }
    return last;
  }
}
