package io.github.loomuring.errors;

import io.github.loomuring.UringFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.net.URL;
import java.util.Set;

/**
 * Loads the library once more, with {@link ThrowPoints} in its code, and with it the classes of
 * tests that are to see that copy.
 */
final class ThrowPointsLoader extends ClassLoader {
  private static final String LIBRARY = "io.github.loomuring.";
  private static final String SHARED = "io.github.loomuring.errors.ThrowPoints";
  private static final ClassDesc POINTS = ClassDesc.of(SHARED);
  private static final ClassDesc MEMORY = ClassDesc.of(MemorySegment.class.getName());

  /** The JDK's that allocate, as the library calls them; a name alone stands for any class's. */
  private static final Set<String> ALLOCATING =
      Set.of(
          "add",
          "allocate",
          "asByteBuffer",
          "asSlice",
          "computeIfAbsent",
          "execute",
          "isBound",
          "ofBuffer",
          "register",
          "start",
          "valueOf",
          "where");

  private static final Set<String> PARKING =
      Set.of("await", "awaitNanos", "lock", "lockInterruptibly", "park", "parkNanos", "yield");

  private final URL libraryRoot =
      UringFile.class.getProtectionDomain().getCodeSource().getLocation();

  ThrowPointsLoader() {
    super(UringFile.class.getClassLoader());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(LIBRARY) || name.equals(SHARED) || name.startsWith(SHARED + "$")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    String file = name.replace('.', '/') + ".class";
    URL url = getParent().getResource(file);
    if (url == null) {
      throw new ClassNotFoundException(name);
    }
    try (InputStream in = url.openStream()) {
      byte[] bytes = in.readAllBytes();
      if (url.toString().contains(libraryRoot.getPath())) {
        bytes = withPoints(bytes);
      }
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] withPoints(byte[] bytes) {
    ClassFile classFile = ClassFile.of();
    return classFile.transformClass(
        classFile.parse(bytes), ClassTransform.transformingMethodBodies(ThrowPointsLoader::copy));
  }

  private static void copy(CodeBuilder code, CodeElement element) {
    if (isAllocating(element)) {
      point(code, "allocating");
    }
    if (isDowncall(element)) {
      point(code, "callingDown");
    }
    if (element instanceof InvokeInstruction call
        && call.owner().asInternalName().startsWith("java/")
        && PARKING.contains(call.name().stringValue())) {
      point(code, "parking");
    }
    code.with(element);
  }

  private static void point(CodeBuilder code, String method) {
    code.invokestatic(POINTS, method, MethodTypeDesc.of(ConstantDescs.CD_void));
  }

  /** Method handles that take native memory are those of functions in C. */
  private static boolean isDowncall(CodeElement element) {
    return element instanceof InvokeInstruction call
        && call.name().equalsString("invokeExact")
        && call.typeSymbol().parameterList().contains(MEMORY);
  }

  private static boolean isAllocating(CodeElement element) {
    return switch (element) {
      case NewObjectInstruction _,
          NewReferenceArrayInstruction _,
          NewPrimitiveArrayInstruction _,
          NewMultiArrayInstruction _,
          InvokeDynamicInstruction _ ->
          true;
      case InvokeInstruction call ->
          call.opcode() != Opcode.INVOKESPECIAL
              && call.owner().asInternalName().startsWith("java/")
              && ALLOCATING.contains(call.name().stringValue());
      default -> false;
    };
  }
}
