package io.github.loomuring;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.github.loomuring.internal.Access;

/** One room for each concern: who may use what. */
@AnalyzeClasses(packages = "io.github.loomuring", importOptions = OnlyTheLibrary.class)
class ArchitectureTest {
  private static final String API = "io.github.loomuring";
  private static final String NIO = API + ".nio";
  private static final String INTERNAL = "io.github.loomuring.internal";
  private static final String LINUX = INTERNAL + ".linux";
  private static final String RING = INTERNAL + ".ring";
  private static final String OP = INTERNAL + ".op";
  private static final String POOL = INTERNAL + ".pool";

  @ArchTest
  static final ArchRule ONLY_THE_BINDING_CALLS_C =
      noClasses()
          .that()
          .resideOutsideOfPackage(LINUX)
          .should()
          .dependOnClassesThat()
          .haveNameMatching("java\\.lang\\.foreign\\.(Linker|SymbolLookup|FunctionDescriptor).*");

  @ArchTest
  static final ArchRule ONLY_THE_BINDING_MAKES_MEMORY_OF_ADDRESSES =
      noClasses()
          .that()
          .resideOutsideOfPackage(LINUX)
          .should()
          .callMethodWhere(named("java.lang.foreign.MemorySegment", "reinterpret|ofAddress"));

  @ArchTest
  static final ArchRule ONLY_THE_RING_TOUCHES_QUEUES =
      noClasses()
          .that()
          .resideOutsideOfPackages(RING, LINUX)
          .should()
          .callMethodWhere(named(LINUX + ".Memory", "int.*|at"))
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching(RING.replace(".", "\\.") + "\\.(RingMemory|.*Queue)");

  @ArchTest
  static final ArchRule THE_ENGINES_DO_NOT_KNOW_EACH_OTHER =
      noClasses().that().resideInAPackage(OP).should().dependOnClassesThat().resideInAPackage(POOL);

  @ArchTest
  static final ArchRule ROOMS_DO_NOT_KNOW_WHAT_IS_ON_TOP_OF_THE_ENGINES =
      noClasses()
          .that()
          .resideInAPackage(INTERNAL + ".*")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(INTERNAL);

  @ArchTest
  static final ArchRule THE_API_KNOWS_NO_KERNEL =
      noClasses()
          .that()
          .resideInAnyPackage(API, NIO)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(LINUX);

  @ArchTest
  static final ArchRule THE_RING_KNOWS_NO_OPERATIONS =
      noClasses()
          .that()
          .resideInAPackage(RING)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(OP, POOL, INTERNAL, API, NIO);

  @ArchTest
  static final ArchRule THE_BINDING_KNOWS_NOBODY =
      noClasses()
          .that()
          .resideInAPackage(LINUX)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(RING, OP, POOL, INTERNAL, API, NIO);

  @ArchTest
  static final ArchRule THE_POOL_KNOWS_NO_RING =
      noClasses()
          .that()
          .resideInAPackage(POOL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(RING, OP, NIO);

  /**
   * The rule of the package {@code internal.spi}. A value depends on the JDK alone, so no cycle of
   * classes goes through the API package and {@code internal}, except through {@link Access}.
   */
  @ArchTest
  static final ArchRule ONLY_VALUES_OF_THE_API_CROSS_TO_THE_ENGINES =
      noClasses()
          .that()
          .resideInAPackage(INTERNAL + "..")
          .and()
          .doNotBelongToAnyOf(Access.class)
          .should()
          .dependOnClassesThat(
              describe(
                  "are in the API package, but are not values",
                  c -> c.getPackageName().equals(API) && !isValue(c)));

  /** {@link UringFile#open} opens a file on the shared {@link Uring}, and that opens files. */
  @ArchTest
  static final ArchRule THE_API_HAS_ONE_CYCLE_OF_CLASSES =
      slices()
          .assignedFrom(eachTopLevelClassOf(API))
          .should()
          .beFreeOfCycles()
          .ignoreDependency(UringFile.class, Uring.class);

  @ArchTest
  static final ArchRule THE_API_DOES_NOT_KNOW_WHAT_IS_ON_TOP_OF_IT =
      noClasses()
          .that()
          .resideInAPackage(API)
          .or()
          .resideInAPackage(INTERNAL + "..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(NIO);

  /** Otherwise the rules would hold of nothing. */
  @ArchTest
  static void theLibraryIsLookedAt(JavaClasses classes) {
    assertThat(classes.contain(Uring.class)).isTrue();
    assertThat(classes.contain(LINUX + ".LinuxKernel")).isTrue();
    assertThat(classes.contain(ArchitectureTest.class)).isFalse();
  }

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching("io.github.loomuring.internal.(*)..").should().beFreeOfCycles();

  /** Nested classes count as part of their outermost class: one slice is one source file. */
  @ArchTest
  static final ArchRule CLASSES_HAVE_NO_CYCLES =
      slices().assignedFrom(eachTopLevelClassOf(INTERNAL + "(\\..*)?")).should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NOTHING_UNSAFE =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveNameMatching("(sun|jdk\\.internal|com\\.sun)\\..*");

  @ArchTest
  static final ArchRule NO_NATIVE_METHODS = noMethods().should().haveModifier(JavaModifier.NATIVE);

  /** A monitor held by a thread that waits would be held for as long as a file takes. */
  @ArchTest
  static final ArchRule NO_MONITORS_WHERE_THREADS_WAIT_FOR_FILES =
      codeUnits()
          .that(describe("hold a monitor", Monitors::areHeldBy))
          .and()
          .areDeclaredInClassesThat()
          .resideInAnyPackage(API, NIO, INTERNAL + "..")
          .should(Monitors.notWait());

  @ArchTest
  static final ArchRule NOTHING_IS_PRINTED =
      noClasses()
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  @ArchTest
  static final ArchRule ONLY_THE_JDK =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..", "jdk.management", "jdk.jfr", API, NIO, API + ".watch", INTERNAL + "..");

  /** Whether {@code c} is an enum, an exception or a record that depends on the JDK alone. */
  private static boolean isValue(JavaClass c) {
    return (c.isEnum() || c.isRecord() || c.isAssignableTo(Throwable.class))
        && c.getDirectDependenciesFromSelf().stream()
            .map(Dependency::getTargetClass)
            .allMatch(
                target ->
                    target.getBaseComponentType().equals(c)
                        || target.getBaseComponentType().isPrimitive()
                        || target.getPackageName().startsWith("java."));
  }

  private static SliceAssignment eachTopLevelClassOf(String packages) {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass c) {
        return c.getPackageName().matches(packages)
            ? SliceIdentifier.of(c.getName().replaceFirst("\\$.*", ""))
            : SliceIdentifier.ignore();
      }

      @Override
      public String getDescription() {
        return "the top-level classes of " + packages;
      }
    };
  }

  private static DescribedPredicate<JavaAccess<?>> named(String owner, String methods) {
    return describe(
        owner + "." + methods,
        access ->
            access.getTargetOwner().getName().equals(owner) && access.getName().matches(methods));
  }
}
