package io.github.loomuring.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
    Map<String, Combination> combinations = new LinkedHashMap<>();
    for (Combination planned : plan) {
      if (works.isEmpty() || works.contains(planned.work())) {
        for (int n : threads.isEmpty() ? List.of(planned.threads()) : threads) {
          List<String> wanted = contenders.isEmpty() ? planned.contenders() : contenders;
          Combination one = possible(new Combination(planned.work(), n, wanted), withFio);
          combinations.merge(one.toString(), one, Selection::both);
        }
      }
    }
    combinations.values().removeIf(one -> one.contenders().isEmpty());
    if (combinations.isEmpty()) {
      throw new IllegalArgumentException(
          "the plan has no such combination: works=%s threads=%s engines=%s"
              .formatted(works, threads, contenders));
    }
    return List.copyOf(combinations.values());
  }

  /** The same work and number of threads, with the contenders of both. */
  private static Combination both(Combination one, Combination other) {
    List<String> contenders =
        Stream.concat(one.contenders().stream(), other.contenders().stream()).distinct().toList();
    return new Combination(one.work(), one.threads(), contenders);
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
