package io.github.loomuring.internal.spi;

/** A change of the space that a file takes, named as the method of the API. */
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

  /** Whether the bytes after the range move to other offsets. */
  public boolean movesBytes() {
    return this == COLLAPSE || this == INSERT;
  }

  @Override
  public String toString() {
    return method;
  }
}
