package io.github.loomuring.nio;

import io.github.loomuring.internal.jvm.StackReserve;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The entries of a directory, read by the platform in batches, so that a virtual thread parks once
 * for many. The filter is called by the thread that iterates, an entry at a time.
 */
final class UringDirectoryStream implements DirectoryStream<Path> {
  private static final int BATCH = 256;

  private final UringPath directory;
  private final DirectoryStream<Path> platform;
  private final Filter<? super Path> filter;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean iterating; // guarded by lock
  private volatile boolean closed;

  /**
   * Takes over {@code platform}.
   *
   * @param filter null for all entries
   */
  UringDirectoryStream(
      UringPath directory, DirectoryStream<Path> platform, Filter<? super Path> filter) {
    this.directory = directory;
    this.platform = platform;
    this.filter = filter;
  }

  /** What the platform has found, and what came after. */
  private record Batch(List<Path> entries, boolean isLast, DirectoryIteratorException failure) {
    static Batch next(Iterator<Path> entries) {
      List<Path> found = new ArrayList<>();
      try {
        while (found.size() < BATCH) {
          if (!entries.hasNext()) {
            return new Batch(found, true, null);
          }
          found.add(entries.next());
        }
        return new Batch(found, false, null);
      } catch (DirectoryIteratorException e) {
        return new Batch(found, false, e); // for when its entries have been taken
      }
    }
  }

  @Override
  public Iterator<Path> iterator() {
    if (closed) {
      throw new IllegalStateException("the directory stream of " + directory + " is closed");
    }
    StackReserve.ensure();
    lock.lock();
    try {
      if (iterating) {
        throw new IllegalStateException(
            "the iterator over the directory stream of " + directory + " was obtained already");
      }
      Entries entries = new Entries(platform.iterator());
      iterating = true;
      return entries;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    Calls.blocking(directory.getFileSystem(), platform::close);
  }

  /** Ends when the stream is closed, after the entry that it has looked at already. */
  private final class Entries implements Iterator<Path> {
    private final Iterator<Path> iterator;
    private final ArrayDeque<Path> batch = new ArrayDeque<>();
    private DirectoryIteratorException failure;
    private boolean ended;
    private Path next;

    Entries(Iterator<Path> iterator) {
      this.iterator = iterator;
    }

    @Override
    public boolean hasNext() {
      StackReserve.ensure();
      lock.lock();
      try {
        if (next == null) {
          next = accepted();
        }
        return next != null;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public Path next() {
      StackReserve.ensure();
      lock.lock();
      try {
        Path result = next != null ? next : accepted();
        next = null;
        if (result == null) {
          throw new NoSuchElementException("the directory stream of " + directory + " has ended");
        }
        return result;
      } finally {
        lock.unlock();
      }
    }

    private Path accepted() {
      for (Path entry = entry(); entry != null; entry = entry()) {
        try {
          if (filter == null || filter.accept(entry)) {
            return entry;
          }
        } catch (IOException e) {
          throw new DirectoryIteratorException(e);
        }
      }
      return null;
    }

    /** The next entry; null at the end. */
    private Path entry() {
      while (!closed) {
        Path found = batch.poll();
        if (found != null) {
          return directory.wrap(found);
        }
        if (failure != null) {
          DirectoryIteratorException once = failure;
          failure = null;
          throw once;
        }
        if (ended) {
          break;
        }
        Batch read = Calls.quiet(directory.getFileSystem(), () -> Batch.next(iterator));
        batch.addAll(read.entries());
        failure = read.failure();
        ended = read.isLast();
      }
      ended = true;
      return null;
    }
  }
}
