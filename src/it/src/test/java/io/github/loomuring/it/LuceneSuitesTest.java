package io.github.loomuring.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.environment.ChildJvm;
import io.github.loomuring.it.lucene.SuiteProgram;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Lucene's own suites for directories, locks and mock file systems, on the library's file system
 * and, with the same seed, on the JDK's: each test that passes there must pass here too. The seed
 * chooses sizes, contents and mock file systems; {@code -Dit.seed=} replays one.
 */
class LuceneSuitesTest {
  private static final String SEED =
      System.getProperty("it.seed", Long.toHexString(System.nanoTime()));
  private static final long TIMEOUT_SECONDS = 1_200;
  private static final String PACKAGE = SuiteProgram.class.getPackageName() + ".";
  private static final List<String> SUITES =
      List.of(
          "NioDirectorySuite",
          "ChunkedNioDirectorySuite",
          "ChunkedMappedDirectorySuite",
          "NativeLockSuite",
          "SimpleLockSuite",
          "MockFileSystemSuite$Leak",
          "MockFileSystemSuite$HandleLimit",
          "MockFileSystemSuite$Windows",
          "MockFileSystemSuite$Extras",
          "MockFileSystemSuite$Shuffle",
          "MockFileSystemSuite$DisableFsync",
          "MockFileSystemSuite$VirusChecking");

  /** BaseDirectoryTestCase has so many: fewer would mean that not all were run. */
  private static final int DIRECTORY_TESTS = 57;

  private static Map<String, Outcome> onJdkBare;

  private enum Outcome {
    PASSED,
    SKIPPED,
    FAILED
  }

  @BeforeAll
  static void runOnTheJdk() throws Exception {
    System.out.println("Lucene's suites with -Dit.seed=" + SEED);
    onJdkBare = run(Route.JDK, "BARE");
    assertThat(onJdkBare.keySet())
        .filteredOn(test -> test.startsWith(PACKAGE + "NioDirectorySuite."))
        .hasSize(DIRECTORY_TESTS);
  }

  /** Paths of the library's file system, in a JVM whose default file system is the JDK's. */
  @Test
  void passOnPathsOfTheLibrary() throws Exception {
    assertSame(run(Route.JDK, "URING"), onJdkBare);
  }

  /** Nothing is told to use the library but the JVM. */
  @Test
  void passOnTheDefaultFileSystem() throws Exception {
    assertSame(run(Route.FLAG, "BARE"), onJdkBare);
  }

  /** The framework's mock file systems, which it chooses by the seed, around the library's. */
  @Test
  @Tag("long")
  void passUnderMockFileSystems() throws Exception {
    Map<String, Outcome> onJdk = run(Route.JDK, "GIVEN");
    assertSame(run(Route.FLAG, "GIVEN"), onJdk);
  }

  private static void assertSame(Map<String, Outcome> ours, Map<String, Outcome> theirs) {
    assertThat(with(Outcome.FAILED, theirs)).as("failed on the JDK's file system").isEmpty();
    assertThat(with(Outcome.FAILED, ours)).as("failed, seed " + SEED).isEmpty();
    assertThat(ours.keySet()).isEqualTo(theirs.keySet());
    assertThat(with(Outcome.SKIPPED, theirs))
        .as("skipped on the JDK's file system")
        .containsAll(with(Outcome.SKIPPED, ours));
  }

  private static Set<String> with(Outcome outcome, Map<String, Outcome> outcomes) {
    Set<String> tests = new TreeSet<>();
    outcomes.forEach(
        (test, its) -> {
          if (its == outcome) {
            tests.add(test);
          }
        });
    return tests;
  }

  private static Map<String, Outcome> run(Route route, String path) throws Exception {
    Object[] classes = SUITES.stream().map(PACKAGE::concat).toArray();
    String name = "lucene-" + route + "-" + path;
    ChildJvm.Result result =
        route
            .child(name, SuiteProgram.class, classes)
            .flags("-ea", "-Dtests.seed=" + SEED, "-Dit.path=" + path)
            .timeoutSeconds(TIMEOUT_SECONDS)
            .run()
            .succeeded();
    assertThat(result.value("default").equals(Route.PROVIDER)).isEqualTo(route == Route.FLAG);
    Map<String, Outcome> outcomes = new TreeMap<>();
    for (String line : result.lines()) {
      for (Outcome outcome : Outcome.values()) {
        String prefix = outcome.name().toLowerCase(Locale.ROOT) + " ";
        if (line.startsWith(prefix)) {
          outcomes.put(line.substring(prefix.length()), outcome);
        }
      }
    }
    System.out.printf(
        "Lucene's suites, %s: %d tests, %d passed, %d skipped, %d failed%n",
        name.substring("lucene-".length()),
        outcomes.size(),
        with(Outcome.PASSED, outcomes).size(),
        with(Outcome.SKIPPED, outcomes).size(),
        with(Outcome.FAILED, outcomes).size());
    return outcomes;
  }
}
