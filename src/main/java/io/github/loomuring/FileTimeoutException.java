package io.github.loomuring;

import java.io.InterruptedIOException;

/**
 * Thrown by a file operation that has not completed when its {@link Deadline} passes.
 *
 * <p>The file stays open and usable. {@link #bytesTransferred} is the number of bytes that were
 * transferred. As with an operation that is interrupted, the operation has been cancelled, but some
 * or all of it may have happened.
 */
public final class FileTimeoutException extends InterruptedIOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message names the operation and the file
   */
  public FileTimeoutException(String message) {
    super(message);
  }
}
