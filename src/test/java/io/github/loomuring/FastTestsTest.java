package io.github.loomuring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The fast run ({@code mvn test -Pfast}) takes all tests of the package {@code internal} and below.
 * So no test need be marked, but slow tests must stay outside, and tests on the simulated kernel
 * inside.
 */
class FastTestsTest {
  private static final String API = "io/github/loomuring/";
  private static final String INTERNAL = API + "internal/";

  private static final List<ClassModel> TESTS = new ArrayList<>();

  @BeforeAll
  static void parseTestClasses() throws IOException, URISyntaxException {
    Path root =
        Path.of(FastTestsTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        TESTS.add(ClassFile.of().parse(file));
      }
    }
    assertThat(TESTS).map(FastTestsTest::name).contains(API + "FastTestsTest");
  }

  private static String name(ClassModel type) {
    return type.thisClass().asInternalName();
  }

  /** The classes whose names do and do not start so, and what they use. */
  private static Set<String> uses(boolean internal, Predicate<String> used) {
    Set<String> uses = new TreeSet<>();
    for (ClassModel type : TESTS) {
      if (name(type).startsWith(INTERNAL) == internal) {
        for (PoolEntry entry : type.constantPool()) {
          if (entry instanceof ClassEntry use && used.test(use.asInternalName())) {
            uses.add(name(type) + " uses " + use.asInternalName());
          }
        }
      }
    }
    return uses;
  }

  /** Those start JVMs, mount file systems, and wait for time-outs. */
  @Test
  void fastTestsUseNothingOfTheSlowOnes() {
    Predicate<String> slow =
        name ->
            Stream.of("environment/", "hazard/", "examples/")
                .anyMatch(directory -> name.startsWith(API + directory));
    assertThat(uses(true, slow)).isEmpty();
    assertThat(uses(false, slow)).isNotEmpty();
  }

  @Test
  void testsOnTheSimulatedKernelAreFastTests() {
    Predicate<String> simulation = name -> name.matches(".*/(Simulated\\w+|Simulation)");
    assertThat(uses(false, simulation)).isEmpty();
    assertThat(uses(true, simulation)).isNotEmpty();
  }

  /** By their names Maven finds the classes that have tests. */
  @Test
  void namesOfClassesWithTestsSayThatTheyAreTests() {
    List<String> tests =
        TESTS.stream()
            .filter(FastTestsTest::hasTests)
            .map(type -> name(type).replaceFirst("\\$.*", ""))
            .toList();
    assertThat(tests).hasSizeGreaterThan(100).allMatch(name -> name.matches(".*(Test|Contract)"));
  }

  private static boolean hasTests(ClassModel type) {
    for (PoolEntry entry : type.constantPool()) {
      if (entry.toString().matches("(?s).*Lorg/junit/jupiter/.*Test;.*")) {
        return true; // an annotation
      }
    }
    return false;
  }
}
