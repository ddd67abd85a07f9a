package io.github.loomuring.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.benchmarks.results.Results.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures in child JVMs, as the commands do. */
class RunnerTest {
  private static final Settings SETTINGS = new Settings(2, 50, Span.untilSteady(300), 1, 20);

  @TempDir private Path directory;

  @Test
  void contendersRunInTheJvmsThatTheyNeed() throws Exception {
    List<String> contenders = List.of(Contenders.POOL, Contenders.WATCHED, Contenders.FILE_CHANNEL);
    Outcome outcome = measure(new Combination("open-close", 2, contenders));

    // The pool fails in a JVM that may use io_uring.
    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.lines())
        .extracting(Line::contender)
        .containsExactly(Contenders.POOL, Contenders.WATCHED, Contenders.FILE_CHANNEL);
    assertThat(outcome.lines())
        .allSatisfy(
            line -> {
              assertThat(line.fileSystem()).isEqualTo("somewhere");
              assertThat(line.rounds())
                  .hasSize(2)
                  .allSatisfy(round -> assertThat(round.operationsPerSecond()).isPositive());
            });
  }

  @Test
  void aContenderThatFailsTakesNoOtherWithIt() throws Exception {
    Outcome outcome = measure(new Combination("stat", 1, List.of("oar", Contenders.FILE_CHANNEL)));

    assertThat(outcome.failures())
        .singleElement()
        .asString()
        .startsWith("stat N=1 oar: ")
        .contains("no contender has the name oar");
    assertThat(outcome.lines()).extracting(Line::contender).containsExactly("file-channel");
  }

  @Test
  void aTreeIsCopiedAndRemoved() throws Exception {
    Outcome outcome = measure(new Combination("tree-copy", 1, List.of(Contenders.FILE_CHANNEL)));

    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.lines().getFirst().rounds())
        .allSatisfy(
            round -> {
              assertThat(round.operationsPerSecond()).isPositive();
              assertThat(round.cpuNanosPerOperation()).isPositive();
              assertThat(round.late()).isNotNull();
            });
  }

  private Outcome measure(Combination combination) throws IOException, InterruptedException {
    Path dataFile = DataFile.ofSize(directory, 1);
    Outcome outcome;
    try (Runner runner = new Runner(dataFile, "somewhere", SETTINGS)) {
      assertThat(runner.measureIdle().idleLate()).isNotNull();
      outcome = runner.measure(combination);
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).containsExactly(dataFile);
    }
    return outcome;
  }
}
