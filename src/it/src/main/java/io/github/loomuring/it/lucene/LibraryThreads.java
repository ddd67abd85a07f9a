package io.github.loomuring.it.lucene;

import com.carrotsearch.randomizedtesting.ThreadFilter;

/**
 * The library's own threads, which stay from the first operation to the end of the JVM: they are no
 * leak of the suite that happened to be first.
 */
public final class LibraryThreads implements ThreadFilter {
  @Override
  public boolean reject(Thread thread) {
    return thread.getName().startsWith("loom-uring-");
  }
}
