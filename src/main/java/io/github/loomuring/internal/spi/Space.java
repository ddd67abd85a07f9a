package io.github.loomuring.internal.spi;

/** A change of the space that a file takes. Each constant names the method of {@code UringFile}. */
public enum Space {
  ALLOCATE("allocate"),
  PUNCH_HOLE("punchHole"),
  ZERO_RANGE("zeroRange"),
  COLLAPSE("collapse"),
  INSERT("insert");

  private final String method;

  Space(String method) {
    this.method = method;
  }

  /** Whether the change moves the bytes behind the range. */
  public boolean movesBytes() {
    return this == COLLAPSE || this == INSERT;
  }

  /** Returns the name of the method, for messages. */
  @Override
  public String toString() {
    return method;
  }
}
