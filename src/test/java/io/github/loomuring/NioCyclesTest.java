package io.github.loomuring;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.github.loomuring.nio.UringFileSystem;
import io.github.loomuring.nio.UringFileSystemProvider;

/** The classes of the package nio do not depend on each other in a cycle. */
@AnalyzeClasses(packages = "io.github.loomuring.nio", importOptions = OnlyTheLibrary.class)
class NioCyclesTest {
  /** A file system returns its provider, and a provider its file system: the JDK demands both. */
  @ArchTest
  static final ArchRule CLASSES_HAVE_NO_CYCLES =
      slices()
          .assignedFrom(new TopLevelClasses())
          .should()
          .beFreeOfCycles()
          .ignoreDependency(UringFileSystem.class, UringFileSystemProvider.class);

  /** Assigns nested classes to the class that encloses them. */
  private static final class TopLevelClasses implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
      return SliceIdentifier.of(javaClass.getName().replaceFirst("\\$.*", ""));
    }

    @Override
    public String getDescription() {
      return "top-level classes";
    }
  }
}
