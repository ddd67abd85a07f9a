package io.github.loomuring.benchmarks.load;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** A filter of system calls for this process, see seccomp(2). It cannot be taken back. */
final class Seccomp {
  // linux/prctl.h, linux/seccomp.h, linux/filter.h, asm/unistd.h
  private static final long PR_SET_NO_NEW_PRIVS = 38;
  private static final long SECCOMP_SET_MODE_FILTER = 1;
  private static final long SECCOMP_FILTER_FLAG_TSYNC = 1;
  private static final int SECCOMP_RET_ERRNO = 0x00050000;
  private static final int SECCOMP_RET_ALLOW = 0x7fff0000;
  private static final short LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final short JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final short RETURN = 0x06; // BPF_RET | BPF_K
  private static final int EPERM = 1;

  private static final boolean AARCH64 = "aarch64".equals(System.getProperty("os.arch"));
  private static final long SYS_PRCTL = AARCH64 ? 167 : 157;
  private static final long SYS_SECCOMP = AARCH64 ? 277 : 317;
  private static final int[] IO_URING = {425, 426, 427}; // setup, enter, register

  private Seccomp() {}

  /**
   * Has the kernel answer EPERM to the system calls of io_uring, in all threads.
   *
   * @throws UnsupportedOperationException if the kernel has no such filters
   */
  static void refuseIoUring() {
    try (Arena arena = Arena.ofConfined()) {
      // struct sock_fprog { unsigned short len; struct sock_filter *filter; };
      MemorySegment filter = filter(arena);
      MemorySegment program = arena.allocate(16, 8);
      program.set(JAVA_SHORT, 0, (short) (filter.byteSize() / 8));
      program.set(JAVA_LONG, 8, filter.address());
      install(program);
    }
  }

  private static MemorySegment filter(Arena arena) {
    // struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; };
    MemorySegment filter = arena.allocate(8L * (2 + 2 * IO_URING.length), 8);
    int next = 0;
    instruction(filter, next++, LOAD_WORD, 0, 0); // seccomp_data.nr
    for (int systemCall : IO_URING) {
      instruction(filter, next++, JUMP_IF_EQUAL, 1, systemCall); // if not equal, skip one
      instruction(filter, next++, RETURN, 0, SECCOMP_RET_ERRNO | EPERM);
    }
    instruction(filter, next, RETURN, 0, SECCOMP_RET_ALLOW);
    return filter;
  }

  private static void instruction(
      MemorySegment filter, int index, short code, int jumpIfFalse, int k) {
    filter.set(JAVA_SHORT, index * 8L, code);
    filter.set(JAVA_BYTE, index * 8L + 2, (byte) 0);
    filter.set(JAVA_BYTE, index * 8L + 3, (byte) jumpIfFalse);
    filter.set(JAVA_INT, index * 8L + 4, k);
  }

  @SuppressWarnings("restricted")
  private static void install(MemorySegment program) {
    Linker linker = Linker.nativeLinker();
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    long prctl;
    long seccomp;
    try {
      prctl = (long) syscall.invokeExact(SYS_PRCTL, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
      seccomp =
          (long)
              syscall.invokeExact(
                  SYS_SECCOMP,
                  SECCOMP_SET_MODE_FILTER,
                  SECCOMP_FILTER_FLAG_TSYNC,
                  program.address(),
                  0L,
                  0L);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    if (prctl != 0 || seccomp != 0) {
      throw new UnsupportedOperationException(
          "the kernel installs no filter: prctl=" + prctl + ", seccomp=" + seccomp);
    }
  }
}
