package io.github.loomuring;

/**
 * What a program intends to do with a range of a file, for {@link UringFile#advise}: the advices of
 * posix_fadvise(2).
 */
public enum Advice {
  /** Nothing in particular. */
  NORMAL,

  /** To read it from the start to the end: Linux reads twice as far ahead. */
  SEQUENTIAL,

  /** To read here and there: Linux does not read ahead. */
  RANDOM,

  /** To need it soon: Linux begins to read it into the page cache. */
  WILL_NEED,

  /**
   * Not to need it soon: Linux drops its whole pages from the page cache, as far as they are on the
   * disk already; see {@link UringFile#force} and {@link UringFile#forceRange}.
   */
  DONT_NEED,

  /** To need it once: since 6.3 Linux does not keep it in the page cache for having been read. */
  NO_REUSE
}
