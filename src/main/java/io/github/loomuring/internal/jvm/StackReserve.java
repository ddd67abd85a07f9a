package io.github.loomuring.internal.jvm;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Makes sure of stack before a part of a call that a {@link StackOverflowError} must not end half
 * way, for example between the submission of a request and its completion, or between the
 * acquisition of a lock and its release.
 *
 * <p>Such a part needs a bounded amount of stack, with one exception: a virtual thread that parks
 * or yields also needs stack for each of its frames, because they are copied. So code that parks or
 * yields there must expect a {@code StackOverflowError} from it, even after {@link #ensure}.
 */
public final class StackReserve {
  /*
   * A method is made at run time that has very many local variables and does not use them. The
   * interpreter reserves stack for all of them. Compiled code does not. But HotSpot's compilers
   * check the stack, at the entry of each method, for as much as the interpreter would need to
   * continue the method and everything that is inlined there ("stack banging", in the sources
   * Compile::bang_size_in_bytes). That costs one store for each page. They do so only if the method
   * has a place at which the interpreter may have to continue: here, the array's bounds check.
   */

  /**
   * More than the parts need, even if they are interpreted; the JDK's park and unpark need most of
   * it. Tests overflow the stack at every depth with frames of each size, see DeepCalls. The rest
   * is for a class or a method handle that is linked there unexpectedly.
   */
  private static final int BYTES = 32 << 10;

  private static final int SLOT_BYTES = 8;

  /** Not final, so that no compiler knows its length and omits the bounds check. */
  private static int[] array = new int[1];

  private static final MethodHandle FRAME = frame();

  private StackReserve() {}

  /**
   * Returns if there is enough stack. Otherwise overflows it here, where that does no harm.
   *
   * <p>For the beginning of a call, before it holds anything. Code that releases something must not
   * call this method: it would overflow the stack that the beginning of the call has made sure of.
   *
   * @throws StackOverflowError if there is not enough
   */
  public static void ensure() {
    if (FRAME == null) {
      return;
    }
    try {
      int ignored = (int) FRAME.invokeExact(array, 0);
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError("the method does not throw", t);
    }
  }

  /** Null if classes cannot be made at run time; then {@link #ensure} does nothing. */
  private static MethodHandle frame() {
    try {
      ClassDesc intType = ConstantDescs.CD_int;
      MethodTypeDesc type = MethodTypeDesc.of(intType, intType.arrayType(), intType);
      byte[] bytes =
          ClassFile.of()
              .build(
                  ClassDesc.of(StackReserve.class.getName() + "Frame"),
                  builder ->
                      builder.withMethodBody(
                          "frame", type, ClassFile.ACC_STATIC, StackReserve::body));
      MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return lookup.findStatic(
          lookup.lookupClass(), "frame", MethodType.methodType(int.class, int[].class, int.class));
    } catch (Throwable t) { // an Error would make this class unusable for the life of the process
      return null;
    }
  }

  /** Returns an array element, and stores a local variable in the last slot of a large frame. */
  private static void body(CodeBuilder code) {
    code.iload(1).istore(BYTES / SLOT_BYTES - 1).aload(0).iload(1).iaload().ireturn();
  }
}
