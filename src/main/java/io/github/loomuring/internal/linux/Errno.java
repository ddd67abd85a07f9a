package io.github.loomuring.internal.linux;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;

/**
 * Error numbers: their names, their texts, and the exceptions that a Java developer expects.
 *
 * <p>Values are those of asm-generic/errno-base.h and asm-generic/errno.h, the same on x86_64 and
 * aarch64. 512 to 516 are the kernel's internal restart codes (include/linux/errno.h). No system
 * call returns them, but a cancelled io_uring request can complete with them.
 */
public enum Errno {
  EPERM(1, "Operation not permitted"),
  ENOENT(2, "No such file or directory"),
  EINTR(4, "Interrupted system call"),
  EIO(5, "Input/output error"),
  ENXIO(6, "No such device or address"),
  E2BIG(7, "Argument list too long"),
  EBADF(9, "Bad file descriptor"),
  EAGAIN(11, "Resource temporarily unavailable"),
  ENOMEM(12, "Cannot allocate memory"),
  EACCES(13, "Permission denied"),
  EFAULT(14, "Bad address"),
  EBUSY(16, "Device or resource busy"),
  EEXIST(17, "File exists"),
  EXDEV(18, "Invalid cross-device link"),
  ENODEV(19, "No such device"),
  ENOTDIR(20, "Not a directory"),
  EISDIR(21, "Is a directory"),
  EINVAL(22, "Invalid argument"),
  ENFILE(23, "Too many open files in system"),
  EMFILE(24, "Too many open files"),
  ENOTTY(25, "Inappropriate ioctl for device"),
  ETXTBSY(26, "Text file busy"),
  EFBIG(27, "File too large"),
  ENOSPC(28, "No space left on device"),
  ESPIPE(29, "Illegal seek"),
  EROFS(30, "Read-only file system"),
  EMLINK(31, "Too many links"),
  EPIPE(32, "Broken pipe"),
  EDOM(33, "Numerical argument out of domain"),
  ERANGE(34, "Numerical result out of range"),
  EDEADLK(35, "Resource deadlock avoided"),
  ENAMETOOLONG(36, "File name too long"),
  ENOSYS(38, "Function not implemented"),
  ENOTEMPTY(39, "Directory not empty"),
  ELOOP(40, "Too many levels of symbolic links"),
  EBADR(53, "Invalid request descriptor"),
  ENODATA(61, "No data available"),
  ETIME(62, "Timer expired"),
  EOVERFLOW(75, "Value too large for defined data type"),
  EBADFD(77, "File descriptor in bad state"),
  EOPNOTSUPP(95, "Operation not supported"),
  ECONNABORTED(103, "Software caused connection abort"),
  ENOBUFS(105, "No buffer space available"),
  ENOTCONN(107, "Transport endpoint is not connected"),
  ETIMEDOUT(110, "Connection timed out"),
  EHOSTDOWN(112, "Host is down"),
  EHOSTUNREACH(113, "No route to host"),
  EALREADY(114, "Operation already in progress"),
  ESTALE(116, "Stale file handle"),
  EREMOTEIO(121, "Remote I/O error"),
  EDQUOT(122, "Disk quota exceeded"),
  ECANCELED(125, "Operation canceled"),
  EOWNERDEAD(130, "Owner died"),
  ERESTARTSYS(512, "Interrupted, to be restarted"),
  ERESTARTNOINTR(513, "Interrupted, to be restarted"),
  ERESTARTNOHAND(514, "Interrupted, to be restarted"),
  ERESTART_RESTARTBLOCK(516, "Interrupted, to be restarted");

  private static final Errno[] BY_NUMBER = new Errno[517];

  static {
    for (Errno errno : values()) {
      BY_NUMBER[errno.number] = errno;
    }
  }

  private final int number;
  private final String text;

  Errno(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /** The positive error number. */
  public int number() {
    return number;
  }

  /** The negated error number, as the kernel returns it. */
  public int negated() {
    return -number;
  }

  /** Whether {@code result} is this error, negated as the kernel returns it. */
  public boolean is(long result) {
    return result == -number;
  }

  /** The name and text of a negated errno, such as {@code ENOSPC (No space left on device)}. */
  public static String describe(long result) {
    int number = (int) -result;
    Errno errno = number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    return errno == null ? "errno " + number : errno + " (" + errno.text + ")";
  }

  /** Whether a request with {@code result} ended because it was cancelled or interrupted. */
  public static boolean isCancelled(int result) {
    return result == -125 || result == -4 || (result <= -512 && result >= -516 && result != -515);
  }

  /**
   * The exception for {@code result}, which a call on {@code file} returned.
   *
   * @param result the negated errno
   * @param file the path, or another name for the file
   * @param operation the operation with its arguments, for the message if the exception has one
   */
  public static FileSystemException exception(long result, String file, String operation) {
    return exception(result, file, null, operation);
  }

  /**
   * The exception for {@code result}, which a call on two files returned.
   *
   * @param other the second file; null if there is only one
   */
  public static FileSystemException exception(
      long result, String file, String other, String operation) {
    String reason = operation + ": " + describe(result);
    return switch (ErrorNumber.of(result)) {
      case ErrorNumber.ENOENT -> new NoSuchFileException(file, other, null);
      case ErrorNumber.EACCES -> new AccessDeniedException(file, other, null);
      case ErrorNumber.EEXIST -> new FileAlreadyExistsException(file, other, null);
      case ErrorNumber.EMFILE ->
          new FileSystemException(file, other, reason + "; raise RLIMIT_NOFILE (ulimit -n)");
      case ErrorNumber.ELOOP ->
          other == null
              ? new LoopException(file, reason)
              : new FileSystemException(file, other, reason);
      default -> new FileSystemException(file, other, reason);
    };
  }

  /** A {@link FileSystemLoopException} with a reason, which that class cannot carry. */
  private static final class LoopException extends FileSystemLoopException {
    private static final long serialVersionUID = 1L;
    private final String reason;

    LoopException(String file, String reason) {
      super(file);
      this.reason = reason;
    }

    @Override
    public String getReason() {
      return reason;
    }

    @Override
    public String getMessage() {
      return getFile() + ": " + reason;
    }
  }
}
