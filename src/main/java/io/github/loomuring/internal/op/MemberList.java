package io.github.loomuring.internal.op;

/**
 * A list whose members leave it from any place: those that take part in a round of a group commit.
 *
 * <p>A member is part of its owner, so that nothing is made when it is added. It is in one list at
 * a time. The user of the lists guards them by a lock of its own.
 *
 * @param <T> of the owners
 */
final class MemberList<T> {
  /** The place of {@code owner} in a list. */
  static final class Member<T> {
    private final T owner;
    private MemberList<T> list;
    private Member<T> previous;
    private Member<T> next;

    Member(T owner) {
      this.owner = owner;
    }

    T owner() {
      return owner;
    }

    /**
     * The member after this one in a chain that {@link MemberList#detach} gave, for the last time:
     * the owner may be used otherwise from then on.
     */
    Member<T> takeNext() {
      assert list == null : "it is in a list";
      Member<T> following = next;
      next = null;
      return following;
    }
  }

  private Member<T> first;
  private Member<T> last;

  boolean isEmpty() {
    return first == null;
  }

  void add(Member<T> member) {
    assert member.list == null && member.next == null : "it is in a list";
    member.list = this;
    member.previous = last;
    if (last == null) {
      first = member;
    } else {
      last.next = member;
    }
    last = member;
  }

  /** Removes {@code member}; false if it is not in this list. */
  boolean remove(Member<T> member) {
    if (member.list != this) {
      return false;
    }
    if (member.previous == null) {
      first = member.next;
    } else {
      member.previous.next = member.next;
    }
    if (member.next == null) {
      last = member.previous;
    } else {
      member.next.previous = member.previous;
    }
    member.list = null;
    member.previous = null;
    member.next = null;
    return true;
  }

  /** Removes the first member; null if there is none. */
  Member<T> removeFirst() {
    Member<T> removed = first;
    if (removed != null) {
      remove(removed);
    }
    return removed;
  }

  /** Empties the list: the first of a chain that {@link Member#takeNext} goes on with, or null. */
  Member<T> detach() {
    Member<T> chain = first;
    for (Member<T> member = chain; member != null; member = member.next) {
      member.list = null;
      member.previous = null;
    }
    first = null;
    last = null;
    return chain;
  }
}
