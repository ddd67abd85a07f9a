package io.github.loomuring.benchmarks.load;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of all commands that measure with the load harness. */
public final class LoadOptions {
  private static final String EVERY_WORK = "all";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--work",
      split = ",",
      defaultValue = EVERY_WORK,
      description = "only these kinds of work of the plan")
  private List<String> works;

  @Option(
      names = "--threads",
      split = ",",
      description = "numbers of threads, instead of the plan's")
  private List<Integer> threads = List.of();

  @Option(
      names = "--engines",
      split = ",",
      description = "the contenders to measure, instead of the plan's")
  private List<String> contenders = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "number of rounds; each measures all contenders in turn")
  private int rounds;

  @Option(names = "--millis", defaultValue = "1000", description = "length of each measurement")
  private int millis;

  @Option(
      names = "--warm-up-millis",
      description =
          "length of the warm-up of each contender before the first round, instead of until its"
              + " rate is steady; 0 for none")
  private Integer warmUpMillis;

  @Option(
      names = "--warm-up-max-millis",
      defaultValue = "15000",
      description = "longest warm-up of a contender whose rate does not become steady")
  private int warmUpMillisMax;

  /**
   * The combinations of a plan that the options leave.
   *
   * @throws ParameterException if an option has a value that it cannot have
   */
  public List<Combination> select(List<Combination> plan) throws InterruptedException {
    return select(plan, threads, contenders);
  }

  /** As {@link #select(List)}, with these threads and contenders unless the options name some. */
  List<Combination> select(
      List<Combination> plan, List<Integer> defaultThreads, List<String> defaultContenders)
      throws InterruptedException {
    check();
    List<String> ofWorks = works.equals(List.of(EVERY_WORK)) ? List.of() : works;
    try {
      return new Selection(
              ofWorks,
              threads.isEmpty() ? defaultThreads : threads,
              contenders.isEmpty() ? defaultContenders : contenders)
          .of(plan, Fio.isInstalled());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /**
   * A run with these options.
   *
   * @param mebibytes size of the data file
   */
  public LoadRun run(int mebibytes) {
    check();
    check("--mebibytes", mebibytes, 1);
    Span warmUp =
        warmUpMillis == null
            ? Span.untilSteady(warmUpMillisMax)
            : warmUpMillis == 0 ? null : Span.of(warmUpMillis);
    return new LoadRun(
        new Settings(rounds, millis, warmUp, Settings.SETTLE_MILLIS, Settings.IDLE_MILLIS),
        mebibytes);
  }

  private void check() {
    check("--rounds", rounds, 1);
    check("--millis", millis, 1);
    check("--warm-up-max-millis", warmUpMillisMax, 1);
    check("--warm-up-millis", warmUpMillis == null ? 0 : warmUpMillis, 0);
    threads.forEach(n -> check("--threads", n, 1));
  }

  private void check(String option, int value, int minimum) {
    if (value < minimum) {
      throw new ParameterException(
          spec.commandLine(), option + "=" + value + " is less than " + minimum);
    }
  }
}
