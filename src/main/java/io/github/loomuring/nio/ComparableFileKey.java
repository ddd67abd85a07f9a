package io.github.loomuring.nio;

/**
 * A file key that is equal for the same file whether the ring or the platform has read it. The keys
 * of both are compared, for example by {@link java.nio.file.Files#walkFileTree}.
 *
 * @param text the device and the inode, as the JDK formats them
 */
record ComparableFileKey(String text) {
  /** Returns the key for one of the platform or of {@code UringAttributes}; null for null. */
  static ComparableFileKey of(Object key) {
    return key == null ? null : new ComparableFileKey(key.toString());
  }

  /** Returns the text of the JDK's own key. */
  @Override
  public String toString() {
    return text;
  }
}
