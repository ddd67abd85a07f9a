package io.github.loomuring;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Which code runs while its thread holds a monitor, and whether it may wait there.
 *
 * <p>ArchUnit knows synchronized methods. It does not know synchronized blocks; those are found in
 * the class file, as lines of their method.
 */
final class Monitors {
  /** Types by which a thread waits: for another thread, in the kernel, or for a file. */
  private static final String WAITING =
      "java\\.util\\.concurrent\\.(locks\\..*|CountDownLatch|Semaphore|Future.*)"
          + "|java\\.nio\\.(channels\\..*Channel|file\\.Files)"
          + "|io\\.github\\.loomuring\\.internal"
          + "\\.(linux\\.(Linux)?Kernel|ring\\.Ring|schedule\\.Offload|concurrent\\.Pauses"
          + "|spi\\.Engine(File)?)";

  /** Their methods that do not wait. */
  private static final Set<String> NOT_WAITING =
      Set.of(
          "<init>",
          "isHeldByCurrentThread",
          "isOpen",
          "newCondition",
          "room",
          "supports",
          "unlock",
          "unpark",
          "yieldNow");

  /** By class file: the lines in synchronized blocks of each method, by its name and descriptor. */
  private static final Map<URI, Map<String, Set<Integer>>> BLOCKS = new ConcurrentHashMap<>();

  private Monitors() {}

  /** Whether code holds a monitor, at least in a part. */
  static boolean areHeldBy(JavaCodeUnit code) {
    return isSynchronized(code) || !linesInBlocks(code).isEmpty();
  }

  private static boolean isSynchronized(JavaCodeUnit code) {
    return code.getModifiers().contains(JavaModifier.SYNCHRONIZED);
  }

  /** Not to wait with a monitor held, nor to call code of the library there that waits itself. */
  static ArchCondition<JavaCodeUnit> notWait() {
    return new ArchCondition<>("not wait meanwhile, nor in code of the library that they call") {
      @Override
      public void check(JavaCodeUnit code, ConditionEvents events) {
        accessesWithMonitor(code)
            .forEach(
                access -> {
                  if (waits(access)) {
                    report(code, access, events);
                  }
                  called(access).stream()
                      .flatMap(called -> called.getAccessesFromSelf().stream())
                      .filter(Monitors::waits)
                      .forEach(wait -> report(code, wait, events));
                });
      }
    };
  }

  private static void report(JavaCodeUnit code, JavaAccess<?> wait, ConditionEvents events) {
    events.add(
        SimpleConditionEvent.violated(
            code, code.getFullName() + " holds a monitor, and: " + wait.getDescription()));
  }

  private static Stream<JavaAccess<?>> accessesWithMonitor(JavaCodeUnit code) {
    Set<Integer> lines = linesInBlocks(code);
    return code.getAccessesFromSelf().stream()
        .filter(access -> isSynchronized(code) || lines.contains(access.getLineNumber()));
  }

  private static boolean waits(JavaAccess<?> access) {
    return access.getTargetOwner().getName().matches(WAITING)
        && !NOT_WAITING.contains(access.getName());
  }

  /** The code of the library that an access runs; none for a field, or for code of the JDK. */
  private static Optional<JavaCodeUnit> called(JavaAccess<?> access) {
    return access
        .getTarget()
        .resolveMember()
        .filter(member -> member instanceof JavaCodeUnit)
        .map(member -> (JavaCodeUnit) member)
        .filter(code -> code.getOwner().getPackageName().startsWith("io.github.loomuring"));
  }

  // ---- synchronized blocks

  private static Set<Integer> linesInBlocks(JavaCodeUnit code) {
    return blocks(code.getOwner()).getOrDefault(code.getName() + descriptor(code), Set.of());
  }

  private static String descriptor(JavaCodeUnit code) {
    StringBuilder descriptor = new StringBuilder("(");
    for (JavaClass type : code.getRawParameterTypes()) {
      descriptor.append(type.reflect().descriptorString());
    }
    descriptor.append(')').append(code.getRawReturnType().reflect().descriptorString());
    return descriptor.toString();
  }

  private static Map<String, Set<Integer>> blocks(JavaClass type) {
    return BLOCKS.computeIfAbsent(
        type.getSource().orElseThrow().getUri(),
        classFile -> {
          try (InputStream in = classFile.toURL().openStream()) {
            return blocks(in.readAllBytes());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** The lines in synchronized blocks of each method that has one. */
  static Map<String, Set<Integer>> blocks(byte[] classFile) {
    Map<String, Set<Integer>> blocks = new HashMap<>();
    for (MethodModel method : ClassFile.of().parse(classFile).methods()) {
      Set<Integer> lines = method.code().map(Monitors::linesWithMonitor).orElse(Set.of());
      if (!lines.isEmpty()) {
        blocks.put(method.methodName().stringValue() + method.methodType().stringValue(), lines);
      }
    }
    return blocks;
  }

  /**
   * The lines of the instructions in synchronized blocks: those that are covered by an exception
   * handler which exits a monitor, as the compiler makes one for each block.
   */
  private static Set<Integer> linesWithMonitor(CodeModel code) {
    List<CodeElement> elements = code.elementList();
    Map<Label, Integer> positions = new HashMap<>();
    List<ExceptionCatch> handlers = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      switch (elements.get(i)) {
        case LabelTarget target -> positions.put(target.label(), i);
        case ExceptionCatch handler -> handlers.add(handler);
        default -> {}
      }
    }
    Set<Integer> lines = new HashSet<>();
    for (ExceptionCatch handler : handlers) {
      if (exitsMonitor(elements, positions.get(handler.handler()))) {
        int start = positions.get(handler.tryStart());
        int end = positions.get(handler.tryEnd());
        addLines(elements, start, end, lines);
      }
    }
    return lines;
  }

  private static boolean exitsMonitor(List<CodeElement> elements, int handler) {
    return elements.subList(handler, elements.size()).stream()
        .filter(element -> element instanceof Instruction)
        .map(element -> ((Instruction) element).opcode())
        .limit(3) // astore, aload, monitorexit
        .anyMatch(opcode -> opcode == Opcode.MONITOREXIT);
  }

  private static void addLines(List<CodeElement> elements, int start, int end, Set<Integer> lines) {
    int line = 0;
    for (int i = 0; i < end; i++) {
      if (elements.get(i) instanceof LineNumber number) {
        line = number.line();
      } else if (i >= start && elements.get(i) instanceof Instruction) {
        lines.add(line);
      }
    }
  }
}
