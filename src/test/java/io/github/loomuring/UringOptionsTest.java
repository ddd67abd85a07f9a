package io.github.loomuring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.UringOptions.Inline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UringOptionsTest {
  private static final UringOptions DEFAULTS = UringOptions.defaults();

  @Test
  void defaultsAreThoseDocumented() {
    assertThat(DEFAULTS)
        .isEqualTo(
            new UringOptions(
                256, 8_192, 80, 100, Fallback.AUTO, Inline.NON_BLOCKING, 1, 65_536, 0));
  }

  @Test
  void eachMethodChangesItsOption() {
    assertThat(DEFAULTS.withCompletionEntries(512).completionEntries()).isEqualTo(512);
    assertThat(DEFAULTS.withGate(7).gate()).isEqualTo(7);
    assertThat(DEFAULTS.withFallback(Fallback.NEVER).fallback()).isEqualTo(Fallback.NEVER);
    assertThat(DEFAULTS.withInline(Inline.ADAPTIVE).inline()).isEqualTo(Inline.ADAPTIVE);
    assertThat(DEFAULTS.withRings(3).rings()).isEqualTo(3);
    assertThat(DEFAULTS.withWorkers(3).workers()).isEqualTo(3);
    assertThat(DEFAULTS.withSqPollIdleMillis(3).sqPollIdleMillis()).isEqualTo(3);
    assertThat(DEFAULTS.withGate(7).withGate(80)).isEqualTo(DEFAULTS);
  }

  /** Each method in turn, away from the defaults and back, in either order. */
  @Test
  void eachMethodLeavesTheOtherOptionsAlone() {
    UringOptions all =
        DEFAULTS
            .withSqPollIdleMillis(6)
            .withWorkers(5)
            .withRings(2)
            .withInline(Inline.ADAPTIVE)
            .withFallback(Fallback.NEVER)
            .withPollMicros(3)
            .withGate(4)
            .withCompletionEntries(1_024)
            .withEntries(512);
    assertThat(all)
        .isEqualTo(new UringOptions(512, 2_048, 4, 3, Fallback.NEVER, Inline.ADAPTIVE, 2, 5, 6));
    UringOptions back =
        all.withEntries(256)
            .withCompletionEntries(8_192)
            .withGate(80)
            .withPollMicros(100)
            .withFallback(Fallback.AUTO)
            .withInline(Inline.NON_BLOCKING)
            .withRings(1)
            .withWorkers(65_536)
            .withSqPollIdleMillis(0);
    assertThat(back).isEqualTo(DEFAULTS);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 256, 1_024, 2_048, 32_768})
  void completionQueueKeepsItsProportionToTheSubmissionQueue(int entries) {
    UringOptions options = DEFAULTS.withEntries(entries);
    assertThat(options.entries()).isEqualTo(entries);
    assertThat(options.completionEntries()).isEqualTo(Math.min(65_536, entries * 32));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -2, 0, 1, 3, 255, 65_536, 1 << 30})
  void entriesOutOfRangeAreRefused(int entries) {
    assertRefused("entries=" + entries, () -> DEFAULTS.withEntries(entries));
    assertRefused(
        "entries=" + entries,
        () -> new UringOptions(entries, 8_192, 128, 100, Fallback.AUTO, Inline.NEVER, 1, 2, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -8_192, 0, 256, 8_191, 131_072})
  void completionEntriesOutOfRangeAreRefused(int entries) {
    assertRefused("completionEntries=" + entries, () -> DEFAULTS.withCompletionEntries(entries));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 65_537})
  void gateOutOfRangeIsRefused(int gate) {
    assertRefused("gate=" + gate, () -> DEFAULTS.withGate(gate));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 65, Integer.MAX_VALUE})
  void ringsOutOfRangeAreRefused(int rings) {
    assertRefused("rings=" + rings, () -> DEFAULTS.withRings(rings));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, 65_537})
  void workersOutOfRangeAreRefused(int workers) {
    assertRefused("workers=" + workers, () -> DEFAULTS.withWorkers(workers));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 60_001})
  void sqPollIdleMillisOutOfRangeAreRefused(int millis) {
    assertRefused("sqPollIdleMillis=" + millis, () -> DEFAULTS.withSqPollIdleMillis(millis));
  }

  @Test
  void limitsThemselvesAreAccepted() {
    assertThat(DEFAULTS.withEntries(2).withCompletionEntries(8).completionEntries()).isEqualTo(8);
    assertThat(DEFAULTS.withCompletionEntries(65_536).completionEntries()).isEqualTo(65_536);
    assertThat(DEFAULTS.withGate(1).withGate(65_536).gate()).isEqualTo(65_536);
    assertThat(DEFAULTS.withRings(64).withRings(1).rings()).isEqualTo(1);
    assertThat(DEFAULTS.withWorkers(2).withWorkers(65_536).workers()).isEqualTo(65_536);
    assertThat(DEFAULTS.withSqPollIdleMillis(60_000).sqPollIdleMillis()).isEqualTo(60_000);
  }

  @Test
  void completionQueueHasRoomEvenIfTheSubmissionQueueIsSmall() {
    UringOptions smallest = DEFAULTS.withEntries(2);
    assertRefused("completionEntries=4", () -> smallest.withCompletionEntries(4));
  }

  private static UringOptions withProperties(String... namesAndValues) {
    Properties properties = new Properties();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.setProperty("io.github.loomuring." + namesAndValues[i], namesAndValues[i + 1]);
    }
    return UringOptions.fromProperties(properties);
  }

  @Test
  void propertiesChangeTheirOptions() {
    assertThat(withProperties()).isEqualTo(DEFAULTS);
    assertThat(withProperties("entries", "512")).isEqualTo(DEFAULTS.withEntries(512));
    assertThat(withProperties("inline", "ADAPTIVE"))
        .isEqualTo(DEFAULTS.withInline(Inline.ADAPTIVE));
    assertThat(
            withProperties(
                "completionEntries", "2048",
                "entries", "512",
                "gate", "4",
                "pollMicros", "3",
                "fallback", "NEVER",
                "inline", " NEVER ",
                "rings", "2",
                "workers", "5",
                "sqPollIdleMillis", "6"))
        .isEqualTo(new UringOptions(512, 2_048, 4, 3, Fallback.NEVER, Inline.NEVER, 2, 5, 6));
  }

  /** An option that is added has its property. */
  @Test
  void everyOptionHasItsProperty() {
    List<String> asked = new ArrayList<>();
    UringOptions.fromProperties(
        new Properties() {
          private static final long serialVersionUID = 1L;

          @Override
          public String getProperty(String name) {
            asked.add(name);
            return null;
          }
        });
    assertThat(asked)
        .containsExactlyElementsOf(
            Arrays.stream(UringOptions.class.getRecordComponents())
                .map(component -> "io.github.loomuring." + component.getName())
                .toList());
  }

  @Test
  void propertiesWithoutAMeaningAreRefusedByName() {
    String prefix = "io.github.loomuring.";
    assertRefused(prefix + "gate=many is not a", () -> withProperties("gate", "many"));
    assertRefused(prefix + "gate= is not a", () -> withProperties("gate", ""));
    assertRefused(prefix + "rings=0: rings=0 is not", () -> withProperties("rings", "0"));
    assertRefused(
        prefix + "inline=adaptive: not one of [NEVER, NON_BLOCKING,",
        () -> withProperties("inline", "adaptive"));
  }

  @Test
  void nullIsRefused() {
    assertThatThrownBy(() -> DEFAULTS.withFallback(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("fallback");
    assertThatThrownBy(() -> DEFAULTS.withInline(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("inline");
    assertThatThrownBy(() -> Uring.open(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("options");
  }

  private static void assertRefused(String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message + " ");
  }
}
