package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.linux.Errno;

/** There is no io_uring here. The message names the cause, and the remedy where one is known. */
public final class UnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  public UnavailableException(String message) {
    super(message);
  }

  public UnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  static UnavailableException of(String systemCall, int result) {
    String remedy =
        switch (-result) {
          case 1 ->
              "; io_uring is switched off by the sysctl kernel.io_uring_disabled, or a seccomp"
                  + " filter (the default one of Docker and containerd) refuses it: set the sysctl"
                  + " to 0, allow io_uring_setup, io_uring_enter and io_uring_register in the"
                  + " seccomp profile";
          case 12 -> "; raise RLIMIT_MEMLOCK (ulimit -l), or ask for fewer entries";
          case 38 -> "; the kernel is older than 5.1, or built without CONFIG_IO_URING";
          case 23, 24 -> "; raise RLIMIT_NOFILE (ulimit -n)";
          default -> "";
        };
    return new UnavailableException(systemCall + ": " + Errno.describe(result) + remedy);
  }
}
