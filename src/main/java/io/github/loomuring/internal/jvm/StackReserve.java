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
 * Makes sure of stack before a part of a call that must not be torn by a {@link
 * StackOverflowError}: between the submission of a request and its completion, say, or between
 * taking a lock and giving it back.
 *
 * <p>Such a part needs a bounded amount of stack, with one exception: a virtual thread that parks
 * or yields also needs some for each frame below, because they are copied. So whoever parks or
 * yields there has to expect a {@code StackOverflowError} from that, whatever this class has found.
 */
public final class StackReserve {
  /*
   * A method is made at run time that has very many local variables and does nothing with them. The
   * interpreter makes room for all of them. Compiled code makes none, but HotSpot's compilers check
   * the stack, at the entry of each method, for as much as the interpreter would need if the method
   * and all that is inlined there were to be continued by it ("stack banging", in the sources
   * Compile::bang_size_in_bytes). That costs one store for each page. It is the case if there is a
   * place in the method from which the interpreter may have to continue: here, the array's bounds
   * check.
   */

  /**
   * More than the parts need, also interpreted; the JDK's park and unpark take most of that. Tests
   * overflow the stack at every depth with frames of each size, see DeepCalls. The rest is for a
   * class or a method handle that is linked there after all.
   */
  private static final int BYTES = 32 << 10;

  private static final int SLOT_BYTES = 8;

  /** Not final, so that no compiler knows its length and leaves out the bounds check. */
  private static int[] array = new int[1];

  private static final MethodHandle FRAME = frame();

  private StackReserve() {}

  /**
   * Returns if there is enough stack; otherwise overflows it here, where nothing is lost by that.
   *
   * <p>It is for the beginning of a call, before anything is held. What gives back must not call
   * it: that would overflow the stack which the beginning of the call has made sure of.
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

  /** Null where classes cannot be made at run time: then nothing is made sure of. */
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
    } catch (Throwable t) { // an Error here would be one for the life of the process
      return null;
    }
  }

  /** The element of an array, and a local variable in the last place of a large frame. */
  private static void body(CodeBuilder code) {
    code.iload(1).istore(BYTES / SLOT_BYTES - 1).aload(0).iload(1).iaload().ireturn();
  }
}
