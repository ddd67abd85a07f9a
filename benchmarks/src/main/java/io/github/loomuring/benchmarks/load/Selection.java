package io.github.loomuring.benchmarks.load;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The part of a plan that is measured. An empty list stands for all that the plan has.
 *
 * @param works names of the works to keep
 * @param threads numbers of threads to use instead of the plan's
 * @param contenders names of the contenders to use instead of the plan's
 */
record Selection(List<String> works, List<Integer> threads, List<String> contenders) {
  /**
   * Returns the combinations of the plan that the works and contenders support.
   *
   * @throws IllegalArgumentException if a name is unknown, or nothing remains
   */
  List<Combination> of(List<Combination> plan, boolean withFio) {
    works.forEach(Works::named);
    contenders.forEach(Contenders::checkName);
    Set<Combination> combinations = new LinkedHashSet<>();
    for (Combination planned : plan) {
      if (works.isEmpty() || works.contains(planned.work())) {
        for (int n : threads.isEmpty() ? List.of(planned.threads()) : threads) {
          List<String> wanted = contenders.isEmpty() ? planned.contenders() : contenders;
          combinations.add(possible(new Combination(planned.work(), n, wanted), withFio));
        }
      }
    }
    combinations.removeIf(one -> one.contenders().isEmpty());
    if (combinations.isEmpty()) {
      throw new IllegalArgumentException(
          "the plan has no such combination: works=%s threads=%s engines=%s"
              .formatted(works, threads, contenders));
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
