package io.github.loomuring.nio;

/**
 * Which file it is, whether the ring has found that out or the platform: keys of both are compared,
 * for example in {@link java.nio.file.Files#walkFileTree}.
 *
 * @param text device and inode
 */
record FileKey(String text) {
  /** The key for that of the platform, or of {@code UringAttributes}; null for null. */
  static FileKey of(Object key) {
    return key == null ? null : new FileKey(key.toString());
  }

  /** As the JDK says it. */
  @Override
  public String toString() {
    return text;
  }
}
