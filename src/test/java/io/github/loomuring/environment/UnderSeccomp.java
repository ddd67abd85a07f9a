package io.github.loomuring.environment;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * In a child JVM: has a seccomp filter refuse one system call, as container run times do, and then
 * does as {@link TryLibrary}.
 *
 * <p>Arguments: number of the system call, errno to answer, and those of {@link TryLibrary}.
 */
final class UnderSeccomp {
  // linux/prctl.h, linux/seccomp.h, linux/filter.h
  private static final long PR_SET_NO_NEW_PRIVS = 38;
  private static final long SECCOMP_SET_MODE_FILTER = 1;
  private static final long SECCOMP_FILTER_FLAG_TSYNC = 1;
  private static final int SECCOMP_RET_ERRNO = 0x00050000;
  private static final int SECCOMP_RET_ALLOW = 0x7fff0000;
  private static final short LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final short JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final short RETURN = 0x06; // BPF_RET | BPF_K

  private static final boolean AARCH64 = "aarch64".equals(System.getProperty("os.arch"));
  private static final long SYS_PRCTL = AARCH64 ? 167 : 157;
  private static final long SYS_SECCOMP = AARCH64 ? 277 : 317;

  private UnderSeccomp() {}

  public static void main(String[] args) throws Throwable {
    refuse(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
    TryLibrary.main(new String[] {args[2]});
  }

  @SuppressWarnings("restricted")
  private static void refuse(int systemCall, int errno) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().find("syscall").orElseThrow(),
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    try (Arena arena = Arena.ofConfined()) {
      // struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; };
      MemorySegment filter = arena.allocate(4 * 8L, 8);
      instruction(filter, 0, LOAD_WORD, 0, 0); // seccomp_data.nr
      instruction(filter, 1, JUMP_IF_EQUAL, 1, systemCall); // if not equal, skip one
      instruction(filter, 2, RETURN, 0, SECCOMP_RET_ERRNO | errno);
      instruction(filter, 3, RETURN, 0, SECCOMP_RET_ALLOW);
      // struct sock_fprog { unsigned short len; struct sock_filter *filter; };
      MemorySegment program = arena.allocate(16, 8);
      program.set(JAVA_SHORT, 0, (short) 4);
      program.set(JAVA_LONG, 8, filter.address());
      long result = (long) syscall.invokeExact(SYS_PRCTL, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
      RoundTrip.check(result == 0, "prctl: " + result);
      result =
          (long)
              syscall.invokeExact(
                  SYS_SECCOMP,
                  SECCOMP_SET_MODE_FILTER,
                  SECCOMP_FILTER_FLAG_TSYNC,
                  program.address(),
                  0L,
                  0L);
      TryLibrary.say("seccomp", result); // 0, or -1 where there is no seccomp
    }
  }

  private static void instruction(
      MemorySegment filter, int index, short code, int jumpIfFalse, int k) {
    filter.set(JAVA_SHORT, index * 8L, code);
    filter.set(JAVA_BYTE, index * 8L + 2, (byte) 0);
    filter.set(JAVA_BYTE, index * 8L + 3, (byte) jumpIfFalse);
    filter.set(JAVA_INT, index * 8L + 4, k);
  }
}
