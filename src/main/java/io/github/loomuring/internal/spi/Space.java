package io.github.loomuring.internal.spi;

/** A change of the space that a file takes, named as the method that asks for it. */
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

  /** Whether bytes behind the range move. */
  public boolean movesBytes() {
    return this == COLLAPSE || this == INSERT;
  }

  @Override
  public String toString() {
    return method;
  }
}
