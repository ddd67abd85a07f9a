package io.github.loomuring;

/**
 * The part of a file that is on its device when a call that writes the whole file returns.
 *
 * @see UringFiles#write(java.nio.file.Path, byte[], Sync, java.nio.file.OpenOption...)
 */
public enum Sync {
  /** Nothing is guaranteed. The operating system writes the file to the device later. */
  NONE,

  /**
   * The data and the size, as after {@link UringFile#force force(false)}: fdatasync(2). The name of
   * a file that the call created is on the device only if the file system guarantees that.
   */
  DATA,

  /**
   * The data, the size and all other metadata such as the times, as after {@link UringFile#force
   * force(true)}: fsync(2).
   */
  FULL
}
