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
    Selection all = new Selection(Plan.ALL, List.of("log-append"), List.of(16), List.of());

    assertThat(all.combinations(true))
        .singleElement()
        .satisfies(
            one ->
                assertThat(one.contenders())
                    .contains("ring", "ring-adaptive", "file-channel")
                    .doesNotContain("asynchronous", "file-channel-each", "fio-psync"));
  }

  @Test
  void fioIsLeftOutWhereItIsNotInstalled() {
    Selection reads = new Selection(Plan.TARGETS, List.of("direct-read-4k"), List.of(), List.of());

    assertThat(reads.combinations(false)).hasSize(7);
    assertThat(reads.combinations(false).getFirst().contenders())
        .containsExactly("ring", "ring-registered", "file-channel", "platform");
  }

  @Test
  void platformThreadsAreNotAskedForTenThousand() {
    Selection reads =
        new Selection(
            Plan.ALL, List.of("direct-read-4k"), List.of(10_000), List.of("ring", "platform"));

    assertThat(reads.combinations(true))
        .containsExactly(new Combination("direct-read-4k", 10_000, List.of("ring")));
  }

  @Test
  void unknownNamesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Selection(Plan.ALL, List.of("nap"), List.of(), List.of()).combinations(true));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Selection(Plan.ALL, List.of(), List.of(), List.of("oar")).combinations(true));
  }
}
