package io.github.loomuring.internal.op;

/**
 * Objects that must not be collected as long as this one is not, because the kernel may use their
 * memory.
 *
 * <p>They are in fields and not in a list, because there may be no memory for a list.
 */
final class Kept {
  private Object first;
  private Object second;
  private Object third;
  private Object fourth;

  void add(Object object) {
    if (first == null) {
      first = object;
    } else if (second == null) {
      second = object;
    } else if (third == null) {
      third = object;
    } else {
      assert fourth == null : "more is kept than there are fields for";
      fourth = object;
    }
  }
}
