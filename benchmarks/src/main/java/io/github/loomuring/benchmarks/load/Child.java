package io.github.loomuring.benchmarks.load;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The program of a child JVM, in which nothing has run before the measurements. It reads a {@link
 * ChildRequest} a line, and answers each with a {@link ChildReply}, until the requests end.
 */
final class Child {
  private final Site site;
  private final Map<String, Contender> open = new LinkedHashMap<>();

  private Child(Path dataFile, Path scratch) throws IOException {
    this.site = new Site(dataFile, scratch);
  }

  /**
   * Answers requests.
   *
   * @param args the kind of {@link Jvm}, the data file, and an empty directory for the files of the
   *     works
   */
  public static void main(String[] args) throws IOException {
    Jvm.valueOf(args[0]).prepare();
    PrintStream replies = System.out;
    System.setOut(System.err); // what anything else prints is no reply
    Child child = new Child(Path.of(args[1]), Path.of(args[2]));
    JsonMapper mapper = new JsonMapper();
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = requests.readLine()) != null; ) {
      ChildReply reply = child.answer(mapper.readValue(line, ChildRequest.class));
      replies.println(mapper.writeValueAsString(reply));
      replies.flush();
    }
    child.open.values().forEach(Contender::close);
    System.exit(0); // ends threads that a failed measurement has left behind, too
  }

  private ChildReply answer(ChildRequest request) {
    try {
      return request.contender() == null
          ? new ChildReply(null, measureIdle(request.millis()), null)
          : new ChildReply(measure(request), null, null);
    } catch (Throwable e) {
      e.printStackTrace();
      return ChildReply.failed(causes(e));
    }
  }

  private static String causes(Throwable e) {
    return Stream.iterate(e, Objects::nonNull, Throwable::getCause)
        .map(Throwable::toString)
        .collect(Collectors.joining(", because of "));
  }

  private static Percentiles measureIdle(int millis) throws InterruptedException {
    Sleeper sleeper = new Sleeper();
    Thread.sleep(millis); // the measured time
    Percentiles late = Percentiles.of(sleeper.stop());
    sleeper.join();
    return late;
  }

  private Round measure(ChildRequest request) throws IOException, InterruptedException {
    Thread.sleep(request.settleMillis());
    Work work = Works.named(request.work());
    String name = request.contender();
    Contender contender =
        work instanceof TreeCopyWork
            ? TreeCopyContender.of(name, site)
            : open.computeIfAbsent(name, key -> Contenders.open(key, site));
    Span span = new Span(request.millis(), request.untilSteady());
    return contender.measure(work, request.threads(), span);
  }
}
