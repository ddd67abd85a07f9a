package io.github.loomuring.internal.linux;

/**
 * The numbers of system calls that differ between x86_64 and aarch64: asm/unistd_64.h and
 * asm-generic/unistd.h, Linux 6.18. Using them needs no access to native code.
 */
public final class SystemCallNumbers {
  /** In place of a number: not known for this architecture. */
  public static final int UNKNOWN = -2;

  public static final int SYS_FUTEX = number(202, 98);
  public static final int SYS_RESTART_SYSCALL = number(219, 128);
  static final int SYS_RENAMEAT2 = number(316, 276);

  private SystemCallNumbers() {}

  private static int number(int x86, int aarch64) {
    return switch (System.getProperty("os.arch")) {
      case "amd64" -> x86;
      case "aarch64" -> aarch64;
      default -> UNKNOWN;
    };
  }
}
