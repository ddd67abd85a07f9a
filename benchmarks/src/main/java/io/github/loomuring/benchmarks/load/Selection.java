package io.github.loomuring.benchmarks.load;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What of a plan is measured. An empty list means: as the plan says.
 *
 * @param works names of those of the plan to keep
 * @param threads instead of the plan's numbers
 * @param engines instead of the plan's
 */
record Selection(Plan plan, List<String> works, List<Integer> threads, List<String> engines) {
  /**
   * Only what the works and engines can do.
   *
   * @throws IllegalArgumentException if a name is unknown, or nothing remains
   */
  List<Combination> combinations(boolean withFio) {
    works.forEach(Works::named);
    engines.forEach(Engines::checkName);
    Set<Combination> combinations = new LinkedHashSet<>();
    for (Combination planned : plan.combinations()) {
      if (works.isEmpty() || works.contains(planned.work())) {
        for (int n : threads.isEmpty() ? List.of(planned.threads()) : threads) {
          List<String> wanted = engines.isEmpty() ? planned.engines() : engines;
          combinations.add(possible(new Combination(planned.work(), n, wanted), withFio));
        }
      }
    }
    combinations.removeIf(one -> one.engines().isEmpty());
    if (combinations.isEmpty()) {
      throw new IllegalArgumentException("the plan has nothing of " + this);
    }
    return List.copyOf(combinations);
  }

  private static Combination possible(Combination wanted, boolean withFio) {
    Work work = Works.named(wanted.work());
    int n = wanted.threads();
    List<String> engines =
        wanted.engines().stream()
            .filter(engine -> n <= work.threadsMax() && n <= Engines.threadsMax(engine))
            .filter(engine -> work.engines().contains(engine))
            .filter(engine -> withFio || !Engines.FIO.contains(engine))
            .toList();
    return new Combination(work.name(), n, engines);
  }
}
