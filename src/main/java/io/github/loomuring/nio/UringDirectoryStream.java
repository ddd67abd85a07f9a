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
 * The entries of a directory. The platform reads them in batches, so that a virtual thread parks
 * once for many entries. The filter runs on the thread that iterates, for one entry at a time. Any
 * thread may call; {@link #close} closes the stream of the platform.
 */
final class UringDirectoryStream implements DirectoryStream<Path> {
  private static final int BATCH_ENTRIES_MAX = 256;

  private final UringPath directory;
  private final DirectoryStream<Path> platform;
  private final Filter<? super Path> filter;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean iterating; // guarded by lock
  private volatile boolean closed;

  /**
   * Makes a stream, which owns {@code platform}.
   *
   * @param filter selects entries; null for all entries
   */
  UringDirectoryStream(
      UringPath directory, DirectoryStream<Path> platform, Filter<? super Path> filter) {
    this.directory = directory;
    this.platform = platform;
    this.filter = filter;
  }

  /** Entries that the platform has found, and the end of the stream or the failure after them. */
  private record Batch(List<Path> entries, boolean isLast, DirectoryIteratorException failure) {
    static Batch next(Iterator<Path> entries) {
      List<Path> found = new ArrayList<>();
      try {
        while (found.size() < BATCH_ENTRIES_MAX) {
          if (!entries.hasNext()) {
            return new Batch(found, true, null);
          }
          found.add(entries.next());
        }
        return new Batch(found, false, null);
      } catch (DirectoryIteratorException e) {
        return new Batch(found, false, e); // thrown after the entries
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
            "the directory stream of " + directory + " has returned its iterator already");
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
    directory.dispatcher().run(platform::close);
  }

  /**
   * The iterator. After the stream is closed it returns at most one more entry, which it has read
   * ahead.
   */
  private final class Entries implements Iterator<Path> {
    private final Iterator<Path> iterator;

    // All guarded by lock.
    private final ArrayDeque<Path> batch = new ArrayDeque<>();
    private DirectoryIteratorException failure; // of the last batch, not yet thrown; or null
    private boolean ended;
    private Path next; // read ahead by hasNext, or null

    Entries(Iterator<Path> iterator) {
      this.iterator = iterator;
    }

    @Override
    public boolean hasNext() {
      StackReserve.ensure();
      lock.lock();
      try {
        if (next == null) {
          next = nextAccepted();
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
        Path result = next != null ? next : nextAccepted();
        next = null;
        if (result == null) {
          throw new NoSuchElementException("the directory stream of " + directory + " has ended");
        }
        return result;
      } finally {
        lock.unlock();
      }
    }

    /** Returns the next entry that the filter accepts; null at the end. */
    private Path nextAccepted() {
      for (Path entry = nextEntry(); entry != null; entry = nextEntry()) {
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

    /** Returns the next entry; null at the end. */
    private Path nextEntry() {
      assert lock.isHeldByCurrentThread();
      while (!closed) {
        Path found = batch.poll();
        if (found != null) {
          return directory.wrap(found);
        }
        if (failure != null) {
          DirectoryIteratorException thrown = failure;
          failure = null;
          throw thrown;
        }
        if (ended) {
          break;
        }
        Batch read = directory.dispatcher().callUnchecked(() -> Batch.next(iterator));
        assert batch.isEmpty() : "a batch was read before the entries of the last one were taken";
        batch.addAll(read.entries());
        failure = read.failure();
        ended = read.isLast();
      }
      ended = true;
      return null;
    }
  }
}
