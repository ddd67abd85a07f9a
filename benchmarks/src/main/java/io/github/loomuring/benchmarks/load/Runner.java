package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the contenders of a combination in turn, each in a child JVM of the kind that it needs.
 * The JVMs live until {@link #close}. Confined to one thread.
 */
final class Runner implements AutoCloseable {
  private final Path dataFile;
  private final String fileSystem;
  private final Settings settings;
  private final Map<Jvm, ChildProcess> children = new EnumMap<>(Jvm.class);

  /**
   * Makes a runner.
   *
   * @param dataFile an existing file on the file system to measure
   * @param fileSystem name of that file system in the results
   */
  Runner(Path dataFile, String fileSystem, Settings settings) {
    this.dataFile = dataFile;
    this.fileSystem = fileSystem;
    this.settings = settings;
  }

  /** Measures the lateness in an idle process. */
  Outcome measureIdle() throws IOException, InterruptedException {
    ChildReply reply = child(Jvm.PLAIN).ask(ChildRequest.idle(settings.idleMillis()));
    Percentiles late = reply.idleLate();
    return new Outcome(
        late, List.of(), reply.failure() == null ? List.of() : List.of(reply.failure()));
  }

  /** Measures all contenders in each round. Each round begins with another contender. */
  Outcome measure(Combination combination) throws IOException, InterruptedException {
    closeDead();
    List<String> failures = new ArrayList<>();
    Map<String, List<Round>> rounds = new LinkedHashMap<>();
    for (String contender : combination.contenders()) {
      if (settings.warmUp() == null
          || Contenders.FIO.contains(contender) // a program in C is warm
          || measure(combination, contender, settings.warmUp(), failures) != null) {
        rounds.put(contender, new ArrayList<>());
      }
    }
    for (int round = 0; round < settings.rounds(); round++) {
      List<String> remaining = List.copyOf(rounds.keySet());
      for (int i = 0; i < remaining.size(); i++) {
        String contender = remaining.get((round + i) % remaining.size());
        Round measured = measure(combination, contender, Span.of(settings.millis()), failures);
        if (measured == null) {
          rounds.remove(contender);
        } else {
          rounds.get(contender).add(measured);
        }
      }
    }
    List<Line> lines = new ArrayList<>();
    rounds.forEach(
        (contender, ofContender) ->
            lines.add(
                new Line(
                    combination.work(),
                    fileSystem,
                    combination.threads(),
                    contender,
                    ofContender)));
    return new Outcome(null, lines, failures);
  }

  /** Returns null after a failure, which it adds to {@code failures}. */
  private Round measure(Combination combination, String contender, Span span, List<String> failures)
      throws IOException, InterruptedException {
    ChildReply reply =
        child(Contenders.jvm(contender))
            .ask(
                new ChildRequest(
                    contender,
                    combination.work(),
                    combination.threads(),
                    span.millis(),
                    span.untilSteady(),
                    settings.settleMillis()));
    if (reply.failure() != null) {
      failures.add(combination + " " + contender + ": " + reply.failure());
      return null;
    }
    return reply.round();
  }

  private ChildProcess child(Jvm jvm) throws IOException {
    ChildProcess child = children.get(jvm);
    if (child == null) {
      child = ChildProcess.start(jvm, dataFile);
      children.put(jvm, child);
    }
    return child;
  }

  /**
   * Closes JVMs that have ended in the combination before. Within a combination they are not
   * replaced: the other contenders in the new one would be cold.
   */
  private void closeDead() throws IOException {
    for (ChildProcess child : List.copyOf(children.values())) {
      if (!child.isAlive()) {
        children.values().remove(child);
        child.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (ChildProcess child : children.values()) {
      try {
        child.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    children.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
