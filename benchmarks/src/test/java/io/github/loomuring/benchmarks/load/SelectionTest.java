package io.github.loomuring.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {
  @Test
  void everyPlanNamesOnlyWorksAndContendersThatExist() {
    for (Plan plan : Plan.values()) {
      for (Combination one : plan.combinations()) {
        assertThat(Works.ALL).contains(Works.named(one.work()));
        one.contenders().forEach(Contenders::checkName);
      }
    }
  }

  @Test
  void contendersThatAWorkCannotUseAreLeftOut() {
    Selection all = new Selection(List.of("log-append"), List.of(16), List.of());

    assertThat(all.of(Plan.ALL.combinations(), true))
        .singleElement()
        .satisfies(
            one ->
                assertThat(one.contenders())
                    .contains("ring", "ring-adaptive", "file-channel")
                    .doesNotContain("asynchronous", "file-channel-each", "fio-psync"));
  }

  @Test
  void fioIsLeftOutWhereItIsNotInstalled() {
    Selection reads = new Selection(List.of("direct-read-4k"), List.of(), List.of());
    List<Combination> combinations = reads.of(Plan.TARGETS.combinations(), false);

    assertThat(combinations).hasSize(7);
    assertThat(combinations.getFirst().contenders())
        .containsExactly("ring", "ring-adaptive", "ring-registered", "file-channel", "platform");
  }

  @Test
  void platformThreadsAreNotAskedForTenThousand() {
    Selection reads =
        new Selection(List.of("direct-read-4k"), List.of(10_000), List.of("ring", "platform"));

    assertThat(reads.of(Plan.ALL.combinations(), true))
        .containsExactly(new Combination("direct-read-4k", 10_000, List.of("ring")));
  }

  @Test
  void aWorkAndNumberOfThreadsIsMeasuredOnce() {
    List<Combination> plan =
        List.of(
            new Combination("stat", 1, List.of("ring", "file-channel")),
            new Combination("stat", 64, List.of("ring", "platform")));

    assertThat(new Selection(List.of(), List.of(16), List.of()).of(plan, true))
        .containsExactly(new Combination("stat", 16, List.of("ring", "file-channel", "platform")));
  }

  @Test
  void unknownNamesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Selection(List.of("nap"), List.of(), List.of())
                    .of(Plan.ALL.combinations(), true));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Selection(List.of(), List.of(), List.of("oar"))
                    .of(Plan.ALL.combinations(), true));
  }
}
