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
import java.util.Arrays;

/**
 * In a child JVM: has a seccomp filter refuse system calls, as container run times do, and then
 * does as {@link TryLibrary}, or as {@link UseWhatIsLeft}.
 *
 * <p>Arguments: numbers of the system calls, separated by commas, errno to answer, a directory to
 * work in, and "left" for {@link UseWhatIsLeft}.
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
    int[] systemCalls = Arrays.stream(args[0].split(",")).mapToInt(Integer::parseInt).toArray();
    refuse(systemCalls, Integer.parseInt(args[1]));
    if (args.length > 3) {
      UseWhatIsLeft.main(new String[] {args[2]});
    } else {
      TryLibrary.main(new String[] {args[2]});
    }
  }

  @SuppressWarnings("restricted")
  private static void refuse(int[] systemCalls, int errno) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().find("syscall").orElseThrow(),
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    try (Arena arena = Arena.ofConfined()) {
      // struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; };
      int instructions = 2 + 2 * systemCalls.length;
      MemorySegment filter = arena.allocate(8L * instructions, 8);
      int next = 0;
      instruction(filter, next++, LOAD_WORD, 0, 0); // seccomp_data.nr
      for (int systemCall : systemCalls) {
        instruction(filter, next++, JUMP_IF_EQUAL, 1, systemCall); // if not equal, skip one
        instruction(filter, next++, RETURN, 0, SECCOMP_RET_ERRNO | errno);
      }
      instruction(filter, next, RETURN, 0, SECCOMP_RET_ALLOW);
      // struct sock_fprog { unsigned short len; struct sock_filter *filter; };
      MemorySegment program = arena.allocate(16, 8);
      program.set(JAVA_SHORT, 0, (short) instructions);
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
