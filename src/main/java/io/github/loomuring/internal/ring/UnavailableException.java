package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.linux.Errno;

/** No ring can be made. The message names the cause, and the remedy where one is known. */
public final class UnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Whether a ring can be made later. */
  public enum Prospect {
    /** Never in this process: the kernel lacks io_uring, or refuses it. */
    LASTING,
    /** Later: descriptors, memory or threads are short now. */
    PASSING,
    /** Not known: a ring was made, and did not work. */
    UNKNOWN
  }

  private static final String REFUSED =
      "; io_uring is switched off by the sysctl kernel.io_uring_disabled, or a seccomp filter (the"
          + " default one of Docker and containerd) refuses it: set the sysctl to 0, allow"
          + " io_uring_setup, io_uring_enter and io_uring_register in the seccomp profile";
  private static final String SANDBOX =
      "a seccomp filter or a sandbox (gVisor, managed Kubernetes) refuses it: allow io_uring_setup,"
          + " io_uring_enter and io_uring_register there, or use the pool without this warning:"
          + " UringOptions.Fallback.ALWAYS";

  private final Prospect prospect;

  /** An exception for a cause that lasts. */
  public UnavailableException(String message) {
    this(message, Prospect.LASTING, null);
  }

  public UnavailableException(String message, Prospect prospect, Throwable cause) {
    super(message, cause);
    this.prospect = prospect;
  }

  /** The exception for a ring that cannot be made because memory or threads are short. */
  public static UnavailableException shortage(OutOfMemoryError error) {
    String message = String.valueOf(error.getMessage());
    String remedy =
        message.contains("thread")
            ? "RLIMIT_NPROC (ulimit -u), or the pids.max of the cgroup"
            : message.contains("direct") ? "-XX:MaxDirectMemorySize" : "-Xmx";
    return new UnavailableException(
        "a ring cannot be made: " + error + "; raise " + remedy, Prospect.PASSING, error);
  }

  public Prospect prospect() {
    return prospect;
  }

  static UnavailableException of(String systemCall, int result) {
    String remedy =
        switch (-result) {
          case 1, 13 -> REFUSED;
          case 12 ->
              "; raise RLIMIT_MEMLOCK (ulimit -l), which rings of all processes of the user are"
                  + " charged to before Linux 5.12 and since 6.14, or ask for fewer entries";
          case 23 -> "; raise the sysctl fs.file-max";
          case 24 -> "; raise RLIMIT_NOFILE (ulimit -n)";
          case 38 ->
              "; the kernel is older than 5.1, or built without CONFIG_IO_URING, or " + SANDBOX;
          case 95 -> "; " + SANDBOX;
          default -> "";
        };
    Prospect prospect =
        switch (-result) {
          case 11, 12, 16, 23, 24 -> Prospect.PASSING;
          case 1, 13, 22, 38, 95 -> Prospect.LASTING;
          default -> Prospect.UNKNOWN;
        };
    return new UnavailableException(
        systemCall + ": " + Errno.describe(result) + remedy, prospect, null);
  }
}
