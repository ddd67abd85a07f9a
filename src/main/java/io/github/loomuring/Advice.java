package io.github.loomuring;

/**
 * The access pattern that a program expects for a range of a file, as in posix_fadvise(2).
 *
 * @see UringFile#advise
 */
public enum Advice {
  /** No particular pattern. */
  NORMAL,

  /** The range is read from its start to its end. Linux reads ahead twice as far. */
  SEQUENTIAL,

  /** The range is read in random order. Linux does not read ahead. */
  RANDOM,

  /** The range is needed soon. Linux starts to read it into the page cache. */
  WILL_NEED,

  /**
   * The range is not needed soon. Linux drops the whole pages of the range from the page cache if
   * they have been written to the device; see {@link UringFile#force} and {@link
   * UringFile#forceRange}.
   */
  DONT_NEED,

  /** The range is used once. Since Linux 6.3, reading does not keep it in the page cache. */
  NO_REUSE
}
