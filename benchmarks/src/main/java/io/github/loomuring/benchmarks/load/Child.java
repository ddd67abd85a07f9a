package io.github.loomuring.benchmarks.load;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The program of the child JVM, in which nothing has run before the measurements. */
final class Child {
  private final ChildTask task;
  private final Site site;
  private final Map<String, Contender> open = new LinkedHashMap<>();

  private Child(ChildTask task, Path scratch) throws IOException {
    this.task = task;
    this.site = new Site(task.dataFile(), scratch);
  }

  /** The file of the {@link ChildTask}, which the parent writes. */
  static Path taskFile(Path scratch) {
    return scratch.resolve("task.json");
  }

  /** The file of the {@link ChildOutcome}, which the child writes. */
  static Path outcomeFile(Path scratch) {
    return scratch.resolve("outcome.json");
  }

  /**
   * Carries out the task.
   *
   * @param args a directory for the files of the works; it holds nothing but the task
   */
  public static void main(String[] args) throws IOException {
    Path scratch = Path.of(args[0]);
    JsonMapper mapper = new JsonMapper();
    Child child = new Child(mapper.readValue(taskFile(scratch).toFile(), ChildTask.class), scratch);
    Percentiles idleLate = null;
    List<Line> lines = new ArrayList<>();
    String failure = null;
    try {
      idleLate = child.measureIdle();
      child.measureAll(lines);
    } catch (Throwable e) {
      e.printStackTrace();
      failure = causes(e);
    }
    mapper.writeValue(outcomeFile(scratch).toFile(), new ChildOutcome(idleLate, lines, failure));
    System.exit(
        failure == null ? 0 : 1); // ends threads that a failed measurement has left behind, too
  }

  private static String causes(Throwable e) {
    return Stream.iterate(e, Objects::nonNull, Throwable::getCause)
        .map(Throwable::toString)
        .collect(Collectors.joining(", because of "));
  }

  private Percentiles measureIdle() throws InterruptedException {
    if (task.idleMillis() == 0) {
      return null;
    }
    Sleeper sleeper = new Sleeper();
    Thread.sleep(task.idleMillis()); // the measured time
    Percentiles late = Percentiles.of(sleeper.stop());
    sleeper.join();
    return late;
  }

  private void measureAll(List<Line> lines) throws IOException, InterruptedException {
    try {
      for (Combination combination : task.combinations()) {
        measure(combination, lines);
      }
    } finally {
      open.values().forEach(Contender::close);
    }
  }

  /** Measures all contenders in each round. Each round begins with another contender. */
  private void measure(Combination combination, List<Line> lines)
      throws IOException, InterruptedException {
    List<String> contenders = combination.contenders();
    Map<String, List<Round>> rounds = new LinkedHashMap<>();
    for (String contender : contenders) {
      rounds.put(contender, new ArrayList<>());
      if (task.warmUpMillis() > 0) {
        measure(contender, combination, task.warmUpMillis());
      }
    }
    for (int round = 0; round < task.rounds(); round++) {
      for (int i = 0; i < contenders.size(); i++) {
        String contender = contenders.get((round + i) % contenders.size());
        rounds.get(contender).add(measure(contender, combination, task.millis()));
      }
    }
    rounds.forEach(
        (contender, ofContender) ->
            lines.add(
                new Line(
                    combination.work(),
                    task.fileSystem(),
                    combination.threads(),
                    contender,
                    ofContender)));
  }

  private Round measure(String name, Combination combination, int millis)
      throws IOException, InterruptedException {
    Thread.sleep(task.settleMillis());
    Contender contender = open.computeIfAbsent(name, key -> Contenders.open(key, site));
    try {
      return contender.measure(Works.named(combination.work()), combination.threads(), millis);
    } catch (IOException | RuntimeException e) {
      throw new IOException(combination + " " + name + " failed", e);
    }
  }
}
