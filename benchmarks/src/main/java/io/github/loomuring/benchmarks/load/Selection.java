package io.github.loomuring.benchmarks.load;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What of a plan is measured. An empty list means: as the plan says.
 *
 * @param works names of those of the plan to keep
 * @param threads instead of the plan's numbers
 * @param contenders instead of the plan's
 */
record Selection(Plan plan, List<String> works, List<Integer> threads, List<String> contenders) {
  /**
   * Only what the works and contenders can do.
   *
   * @throws IllegalArgumentException if a name is unknown, or nothing remains
   */
  List<Combination> combinations(boolean withFio) {
    works.forEach(Works::named);
    contenders.forEach(Contenders::checkName);
    Set<Combination> combinations = new LinkedHashSet<>();
    for (Combination planned : plan.combinations()) {
      if (works.isEmpty() || works.contains(planned.work())) {
        for (int n : threads.isEmpty() ? List.of(planned.threads()) : threads) {
          List<String> wanted = contenders.isEmpty() ? planned.contenders() : contenders;
          combinations.add(possible(new Combination(planned.work(), n, wanted), withFio));
        }
      }
    }
    combinations.removeIf(one -> one.contenders().isEmpty());
    if (combinations.isEmpty()) {
      throw new IllegalArgumentException("the plan has nothing of " + this);
    }
    return List.copyOf(combinations);
  }

  private static Combination possible(Combination wanted, boolean withFio) {
    Work work = Works.named(wanted.work());
    int n = wanted.threads();
    List<String> contenders =
        wanted.contenders().stream()
            .filter(contender -> n <= work.threadsMax() && n <= Contenders.threadsMax(contender))
            .filter(contender -> work.contenders().contains(contender))
            .filter(contender -> withFio || !Contenders.FIO.contains(contender))
            .toList();
    return new Combination(work.name(), n, contenders);
  }
}
