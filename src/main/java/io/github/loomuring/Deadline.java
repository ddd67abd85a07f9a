package io.github.loomuring;

import io.github.loomuring.internal.call.Deadlines;
import java.time.Duration;
import java.util.Objects;

/**
 * A time by which file operations have to end.
 *
 * {@snippet :
 * byte[] page =
 *     Deadline.within(Duration.ofMillis(50), () -> UringFiles.readAllBytes(path));
 * }
 *
 * <p>Every operation of this library that the thread calls within is cancelled when the time is up,
 * as by an interrupt, and ends in a {@link FileTimeoutException}; one that is called after that
 * ends so at once, and does nothing. The deadline is a {@link ScopedValue}: subtasks of a {@code
 * StructuredTaskScope} have it too. An operation that completes although it was to be cancelled
 * returns its result; disk I/O that has started usually does, so that a read of a device that hangs
 * is not ended by this. {@link UringFile#close} and {@link Uring#close} know no deadline. Nothing
 * but file operations is ended.
 */
public final class Deadline {
  private Deadline() {}

  /**
   * Calls {@code operation}, whose file operations have to end within {@code duration} from now. If
   * there is an outer deadline that is sooner, that one stays.
   *
   * @param <T> what it returns
   * @param <X> what it throws
   * @param duration zero and negative ones are over at once
   * @param operation to be called by this thread
   * @return what it returns
   * @throws X what it throws
   */
  public static <T, X extends Throwable> T within(
      Duration duration, ScopedValue.CallableOp<? extends T, X> operation) throws X {
    Objects.requireNonNull(duration, "duration");
    Objects.requireNonNull(operation, "operation");
    return Deadlines.within(duration, operation);
  }

  /**
   * Runs {@code operation}, which returns nothing, as {@link #within(Duration,
   * ScopedValue.CallableOp)} does.
   *
   * @param <X> what it throws
   * @param duration zero and negative ones are over at once
   * @param operation to be run by this thread
   * @throws X what it throws
   */
  public static <X extends Throwable> void within(Duration duration, Operation<X> operation)
      throws X {
    Objects.requireNonNull(duration, "duration");
    Objects.requireNonNull(operation, "operation");
    Deadlines.within(
        duration,
        () -> {
          operation.run();
          return null;
        });
  }

  /**
   * What returns nothing.
   *
   * @param <X> what it throws
   */
  @FunctionalInterface
  public interface Operation<X extends Throwable> {
    /**
     * Does it.
     *
     * @throws X if it fails
     */
    void run() throws X;
  }
}
