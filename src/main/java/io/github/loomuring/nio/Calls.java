package io.github.loomuring.nio;

import io.github.loomuring.FileOperations;
import io.github.loomuring.Uring;
import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;

/**
 * Who carries out what the platform's file system could do itself. A virtual thread must not hold
 * its carrier: it goes by the ring, or to the pool. A platform thread has no carrier, so the
 * platform does it at once, unless there is a deadline, which the platform does not know.
 *
 * <p>No interrupt ends a call, as it ends none of {@link java.nio.file.Files}.
 */
final class Calls {
  private Calls() {}

  /** Blocking work by the platform. */
  interface Work<T> {
    T call() throws IOException;
  }

  /** Blocking work by the platform that does not fail with an {@link IOException}. */
  interface Quiet<T> extends Work<T> {
    @Override
    T call();
  }

  /** Blocking work without a result. */
  interface Action {
    void run() throws IOException;
  }

  /** The same by the ring. */
  interface Operation<T> {
    T by(FileOperations files) throws IOException;
  }

  /** Runs {@code work}, on a virtual thread by the pool. */
  static <T> T blocking(UringFileSystem fileSystem, Work<T> work) throws IOException {
    Uring uring = parking(fileSystem);
    return uring == null
        ? work.call()
        : Interrupts.ignored(() -> Access.get().engine(uring).call(work::call));
  }

  static void blocking(UringFileSystem fileSystem, Action action) throws IOException {
    blocking(
        fileSystem,
        () -> {
          action.run();
          return null;
        });
  }

  static <T> T quiet(UringFileSystem fileSystem, Quiet<T> work) {
    try {
      return blocking(fileSystem, work);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the deadline passed, or the file system was closed
    }
  }

  /** Runs {@code operation} on a virtual thread if there is a ring; otherwise {@code work}. */
  static <T> T either(UringFileSystem fileSystem, Operation<T> operation, Work<T> work)
      throws IOException {
    Uring uring = parking(fileSystem);
    return uring == null || !uring.isRing()
        ? blocking(fileSystem, work)
        : Interrupts.ignored(() -> asThePlatform(() -> operation.by(uring.files())));
  }

  /** Opens a file; as with the platform no interrupt ends that, whatever becomes of the channel. */
  static <T> T opened(Work<T> open) throws IOException {
    return Interrupts.ignored(() -> asThePlatform(open));
  }

  /** For the platform a loop of links is nothing special; it keeps that name for directories. */
  private static <T> T asThePlatform(Work<T> work) throws IOException {
    try {
      return work.call();
    } catch (FileSystemLoopException e) {
      FileSystemException plain =
          new FileSystemException(e.getFile(), e.getOtherFile(), e.getReason());
      plain.setStackTrace(e.getStackTrace());
      throw plain;
    }
  }

  /** What the calling thread has to park on; null if it may block. */
  private static Uring parking(UringFileSystem fileSystem) {
    fileSystem.checkOpen();
    return Thread.currentThread().isVirtual() || Deadlines.isSet() ? fileSystem.uring() : null;
  }
}
