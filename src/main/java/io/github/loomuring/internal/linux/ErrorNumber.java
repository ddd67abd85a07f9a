package io.github.loomuring.internal.linux;

/**
 * The error numbers as compile-time constants, for {@code switch}.
 *
 * <p>A switch over {@link Errno} would use a class that javac makes for it, which is initialised at
 * the first error. If the heap is full at that moment, no later switch works either. A switch over
 * constants uses no class.
 */
public final class ErrorNumber {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int E2BIG = 7;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int EEXIST = 17;
  public static final int EXDEV = 18;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int EMFILE = 24;
  public static final int ETXTBSY = 26;
  public static final int ESPIPE = 29;
  public static final int ENOSYS = 38;
  public static final int ENOTEMPTY = 39;
  public static final int ELOOP = 40;
  public static final int EOPNOTSUPP = 95;
  public static final int ENOBUFS = 105;
  public static final int ECANCELED = 125;
  public static final int ERESTARTSYS = 512;
  public static final int ERESTARTNOINTR = 513;
  public static final int ERESTARTNOHAND = 514;
  public static final int ERESTART_RESTARTBLOCK = 516;

  private ErrorNumber() {}

  /** The number in a negated errno, as the kernel returns it. */
  public static int of(long result) {
    return (int) -result;
  }
}
