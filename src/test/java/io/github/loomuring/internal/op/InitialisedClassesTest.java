package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A class whose initialisation fails once, for want of memory in the middle of a call, fails for
 * the life of the process. So those of this package whose initialisation makes something are
 * initialised when the ring is made.
 */
class InitialisedClassesTest {
  /** An engine is being made, or there is none. */
  private static final List<String> OF_THE_ENGINE = List.of("RingEngine", "ManyRings", "FirstUse");

  @Test
  void classesThatMakeSomethingAreInitialisedWithTheRing() throws Exception {
    List<String> expected =
        FirstUse.INITIALISED.stream()
            .map(type -> type.getName().replace(RingEngine.class.getPackageName() + ".", ""))
            .sorted()
            .toList();
    try (Stream<Path> files = Files.list(classes())) {
      List<String> found =
          files
              .filter(file -> file.toString().endsWith(".class"))
              .filter(InitialisedClassesTest::makesSomething)
              .map(file -> file.getFileName().toString().replace(".class", ""))
              .filter(name -> !name.matches(".*\\$\\d+")) // switches: see RingEngine
              .filter(name -> !OF_THE_ENGINE.contains(name))
              .sorted()
              .toList();
      assertThat(found).isNotEmpty().isEqualTo(expected);
    }
  }

  private static Path classes() throws Exception {
    URI root = RingEngine.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    return Path.of(root).resolve(RingEngine.class.getPackageName().replace('.', '/'));
  }

  /** Whether the static initialiser does more than to look whether assertions are on. */
  private static boolean makesSomething(Path file) {
    try {
      ClassModel model = ClassFile.of().parse(file);
      return model.methods().stream()
          .filter(method -> method.methodName().equalsString("<clinit>"))
          .anyMatch(InitialisedClassesTest::isMore);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isMore(MethodModel initialiser) {
    return initialiser
        .code()
        .orElseThrow()
        .elementStream()
        .anyMatch(
            element ->
                element instanceof NewObjectInstruction made
                        && !made.className().asInternalName().equals("java/lang/AssertionError")
                    || element instanceof NewReferenceArrayInstruction
                    || element instanceof InvokeInstruction call
                        && !call.name().equalsString("desiredAssertionStatus")
                        && !call.owner().asInternalName().equals("java/lang/AssertionError"));
  }
}
