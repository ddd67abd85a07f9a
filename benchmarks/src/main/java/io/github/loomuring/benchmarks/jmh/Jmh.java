package io.github.loomuring.benchmarks.jmh;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Runs the JMH benchmarks of this package, with JMH's own command line. */
@Command(
    name = "jmh",
    description = {
      "Measures the cost of single operations. Takes the arguments of JMH; -h lists them.",
      "The allocation profiler is on unless another one is chosen (-prof).",
    })
public final class Jmh implements Callable<Integer> {
  private static final List<String> SMOKE =
      List.of("CachedRead.ring", "-f", "1", "-wi", "0", "-i", "1", "-r", "100ms");

  @Option(names = "--smoke", description = "run one benchmark for 100 ms: a check that it runs")
  private boolean smoke;

  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    List<String> all = new ArrayList<>(smoke ? SMOKE : List.of());
    all.addAll(arguments);
    if (!all.contains("-prof")) {
      all.addAll(List.of("-prof", "gc"));
    }
    // Forks inherit the class path. Each benchmark enables their native access in its @Fork.
    org.openjdk.jmh.Main.main(all.toArray(String[]::new));
    return 0;
  }
}
