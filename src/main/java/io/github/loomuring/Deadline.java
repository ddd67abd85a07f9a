package io.github.loomuring;

import io.github.loomuring.internal.call.Deadlines;
import java.time.Duration;
import java.util.Objects;

/**
 * Limits the time that file operations may take.
 *
 * {@snippet :
 * byte[] page =
 *     Deadline.within(Duration.ofMillis(50), () -> UringFiles.readAllBytes(path));
 * }
 *
 * <p>The deadline applies to every operation of this library that the thread calls while {@code
 * within} runs. When the deadline passes, an operation in progress is cancelled, as by an
 * interrupt, and throws a {@link FileTimeoutException}. An operation that is called later throws
 * that exception at once and does nothing. The deadline is a {@link ScopedValue}, so subtasks of a
 * {@code StructuredTaskScope} inherit it.
 *
 * <p>An operation that completes before it can be cancelled returns its result. Disk I/O that has
 * started usually completes, so a deadline does not end a read from a device that hangs. {@link
 * UringFile#close} and {@link Uring#close} ignore deadlines. So does everything that is not a file
 * operation of this library.
 */
public final class Deadline {
  private Deadline() {}

  /**
   * Calls {@code operation} with a deadline that is {@code duration} from now. If the thread
   * already has an earlier deadline, that one applies.
   *
   * @param <T> the type of the result
   * @param <X> the type of the exception that {@code operation} throws
   * @param duration the time limit; zero or a negative one has passed at once
   * @param operation the operation, which is called on the calling thread
   * @return the result of {@code operation}
   * @throws X if {@code operation} throws it
   */
  public static <T, X extends Throwable> T within(
      Duration duration, ScopedValue.CallableOp<? extends T, X> operation) throws X {
    Objects.requireNonNull(duration, "duration");
    Objects.requireNonNull(operation, "operation");
    return Deadlines.within(duration, operation);
  }

  /**
   * Runs {@code operation}, which has no result, with a deadline that is {@code duration} from now.
   * If the thread already has an earlier deadline, that one applies.
   *
   * @param <X> the type of the exception that {@code operation} throws
   * @param duration the time limit; zero or a negative one has passed at once
   * @param operation the operation, which is run on the calling thread
   * @throws X if {@code operation} throws it
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
   * An operation without a result.
   *
   * @param <X> the type of the exception that the operation throws
   */
  @FunctionalInterface
  public interface Operation<X extends Throwable> {
    /**
     * Runs the operation.
     *
     * @throws X if the operation fails
     */
    void run() throws X;
  }
}
