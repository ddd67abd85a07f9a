package io.github.loomuring;

import java.io.InterruptedIOException;

/**
 * A file operation was ended by its {@link Deadline}. The file is still open and usable; {@link
 * #bytesTransferred} says how many bytes were moved. What was said of an operation that is
 * interrupted holds of this one: it was cancelled, but may have happened.
 */
public final class FileTimeoutException extends InterruptedIOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param message which operation, on which file
   */
  public FileTimeoutException(String message) {
    super(message);
  }
}
