package io.github.loomuring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.github.loomuring.UringOptions.Builder;
import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.UringOptions.Inline;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UringOptionsTest {
  private static final UringOptions DEFAULTS = UringOptions.defaults();

  /** Every option: how it is set to something else than its default, how it is read, its values. */
  private enum Option {
    ENTRIES("entries", b -> b.entries(512), UringOptions::entries, 256, 512),
    COMPLETION_ENTRIES(
        "completionEntries",
        b -> b.completionEntries(1_024),
        UringOptions::completionEntries,
        8_192,
        1_024),
    GATE("gate", b -> b.gate(7), UringOptions::gate, 80, 7),
    POLL_MICROS("pollMicros", b -> b.pollMicros(3), UringOptions::pollMicros, 100, 3),
    FALLBACK(
        "fallback",
        b -> b.fallback(Fallback.NEVER),
        UringOptions::fallback,
        Fallback.AUTO,
        Fallback.NEVER),
    INLINE(
        "inline", b -> b.inline(Inline.NEVER), UringOptions::inline, Inline.ADAPTIVE, Inline.NEVER),
    RINGS("rings", b -> b.rings(2), UringOptions::rings, 1, 2),
    WORKERS("workers", b -> b.workers(5), UringOptions::workers, 65_536, 5),
    SQ_POLL_IDLE_MILLIS(
        "sqPollIdleMillis", b -> b.sqPollIdleMillis(6), UringOptions::sqPollIdleMillis, 0, 6);

    private final String option;
    private final Consumer<Builder> change;
    private final Function<UringOptions, Object> read;
    private final Object usual;
    private final Object changed;

    Option(
        String option,
        Consumer<Builder> change,
        Function<UringOptions, Object> read,
        Object usual,
        Object changed) {
      this.option = option;
      this.change = change;
      this.read = read;
      this.usual = usual;
      this.changed = changed;
    }

    String property() {
      return "io.github.loomuring." + option;
    }

    UringOptions change(UringOptions options) {
      Builder builder = options.toBuilder();
      change.accept(builder);
      return builder.build();
    }

    static Map<String, Object> values(UringOptions options) {
      Map<String, Object> values = new LinkedHashMap<>();
      for (Option option : values()) {
        values.put(option.option, option.read.apply(options));
      }
      return values;
    }
  }

  /** The tests by {@link Option} leave none out. */
  @Test
  void everyOptionHasItsSetterAndItsAccessor() {
    List<String> options = Stream.of(Option.values()).map(o -> o.option).toList();
    assertThat(publicMethods(Builder.class, m -> m.getParameterCount() == 1))
        .containsExactlyInAnyOrderElementsOf(options);
    assertThat(
            publicMethods(
                UringOptions.class,
                m ->
                    m.getParameterCount() == 0
                        && !Modifier.isStatic(m.getModifiers())
                        && !List.of("toBuilder", "hashCode", "toString").contains(m.getName())))
        .containsExactlyInAnyOrderElementsOf(options);
  }

  private static List<String> publicMethods(Class<?> type, Function<Method, Boolean> which) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(m -> Modifier.isPublic(m.getModifiers()) && which.apply(m))
        .map(Method::getName)
        .toList();
  }

  /** A new option would break the callers of a constructor. */
  @Test
  void thereIsNoConstructorToCall() {
    assertThat(UringOptions.class.getConstructors()).isEmpty();
    assertThat(Builder.class.getConstructors()).isEmpty();
  }

  @Test
  void defaultsAreThoseDocumented() {
    assertThat(Option.values(DEFAULTS))
        .containsExactly(
            entry("entries", 256),
            entry("completionEntries", 8_192),
            entry("gate", 80),
            entry("pollMicros", 100),
            entry("fallback", Fallback.AUTO),
            entry("inline", Inline.ADAPTIVE),
            entry("rings", 1),
            entry("workers", 65_536),
            entry("sqPollIdleMillis", 0));
    assertThat(UringOptions.builder().build()).isEqualTo(DEFAULTS);
  }

  @ParameterizedTest
  @EnumSource
  void eachSetterChangesItsOptionAlone(Option option) {
    Map<String, Object> expected = Option.values(DEFAULTS);
    expected.put(option.option, option.changed);
    if (option == Option.ENTRIES) {
      expected.put("completionEntries", 16_384);
    }
    assertThat(Option.values(option.change(DEFAULTS))).containsExactlyEntriesOf(expected);
  }

  @ParameterizedTest
  @EnumSource
  void optionsDifferIfOneValueDoes(Option option) {
    UringOptions changed = option.change(DEFAULTS);
    assertThat(changed).isNotEqualTo(DEFAULTS);
    assertThat(DEFAULTS).isNotEqualTo(changed);
    assertThat(changed).isEqualTo(option.change(DEFAULTS));
    assertThat(changed).hasSameHashCodeAs(option.change(DEFAULTS));
    assertThat(changed.hashCode()).isNotEqualTo(DEFAULTS.hashCode());
  }

  @ParameterizedTest
  @EnumSource
  void toBuilderKeepsTheOption(Option option) {
    UringOptions changed = option.change(DEFAULTS);
    assertThat(changed.toBuilder().build()).isEqualTo(changed).isNotSameAs(changed);
    assertThat(option.read.apply(option.change(changed))).isEqualTo(option.changed);
  }

  @ParameterizedTest
  @EnumSource
  void textNamesTheOptionAndItsValue(Option option) {
    assertThat(DEFAULTS + ",").containsPattern("[\\[ ]" + option.option + "=" + option.usual);
    assertThat(option.change(DEFAULTS).toString())
        .startsWith("UringOptions[entries=")
        .containsPattern("[\\[ ]" + option.option + "=" + option.changed + "[,\\]]");
  }

  /** Each option in turn, away from the default and back, in either order. */
  @Test
  void eachSetterLeavesTheOtherOptionsAlone() {
    UringOptions all =
        UringOptions.builder()
            .sqPollIdleMillis(6)
            .workers(5)
            .rings(2)
            .inline(Inline.NEVER)
            .fallback(Fallback.NEVER)
            .pollMicros(3)
            .gate(7)
            .completionEntries(1_024)
            .entries(512)
            .build();
    UringOptions oneByOne = DEFAULTS;
    for (Option option : Option.values()) {
      oneByOne = option.change(oneByOne);
    }
    assertThat(all).isEqualTo(oneByOne);
    for (Option option : Option.values()) {
      assertThat(option.read.apply(all)).as(option.option).isEqualTo(option.changed);
    }
    UringOptions back =
        all.toBuilder()
            .entries(256)
            .completionEntries(8_192)
            .gate(80)
            .pollMicros(100)
            .fallback(Fallback.AUTO)
            .inline(Inline.ADAPTIVE)
            .rings(1)
            .workers(65_536)
            .sqPollIdleMillis(0)
            .build();
    assertThat(back).isEqualTo(DEFAULTS);
  }

  @Test
  void builderMayBeUsedFurther() {
    Builder builder = UringOptions.builder().gate(7);
    UringOptions first = builder.build();
    UringOptions second = builder.gate(8).rings(2).build();
    assertThat(first).isEqualTo(Option.GATE.change(DEFAULTS));
    assertThat(second.gate()).isEqualTo(8);
    assertThat(second.rings()).isEqualTo(2);
    assertThat(DEFAULTS).isEqualTo(UringOptions.builder().build());
  }

  @Test
  void refusedValueLeavesTheBuilderAsItWas() {
    Builder builder = UringOptions.builder().gate(7);
    assertRefused("gate=0", () -> builder.gate(0));
    assertThat(builder.build().gate()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 256, 1_024, 2_048, 32_768})
  void completionQueueKeepsItsProportionToTheSubmissionQueue(int entries) {
    UringOptions options = UringOptions.builder().entries(entries).build();
    assertThat(options.entries()).isEqualTo(entries);
    assertThat(options.completionEntries()).isEqualTo(Math.min(65_536, entries * 32));
    UringOptions narrow = UringOptions.builder().completionEntries(512).build();
    assertThat(narrow.toBuilder().entries(entries).build().completionEntries())
        .isEqualTo(Math.max(8, entries * 2));
  }

  @Test
  void completionQueueThatIsSetDoesNotFollowTheSubmissionQueue() {
    Builder first = UringOptions.builder().completionEntries(1_024).entries(512);
    Builder last = UringOptions.builder().entries(512).completionEntries(1_024);
    assertThat(first.build().completionEntries()).isEqualTo(1_024);
    assertThat(first.build()).isEqualTo(last.build());
    assertThat(first.entries(2).build().completionEntries()).isEqualTo(1_024);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -2, 0, 1, 3, 255, 65_536, 1 << 30})
  void entriesOutOfRangeAreRefused(int entries) {
    assertRefused("entries=" + entries, () -> UringOptions.builder().entries(entries));
    assertRefused("entries=" + entries, () -> DEFAULTS.toBuilder().entries(entries));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -8_192, 0, 4, 8_191, 131_072})
  void completionEntriesOutOfRangeAreRefused(int entries) {
    assertRefused(
        "completionEntries=" + entries, () -> UringOptions.builder().completionEntries(entries));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 64, 256})
  void completionQueueSmallerThanTwoSubmissionQueuesIsNotBuilt(int entries) {
    Builder before = UringOptions.builder().completionEntries(entries);
    Builder after = UringOptions.builder().completionEntries(entries).entries(256);
    String message = "completionEntries=" + entries + " is less than 2 × entries=256";
    assertThatThrownBy(before::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(after::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThat(after.completionEntries(512).build().completionEntries()).isEqualTo(512);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 65_537})
  void gateOutOfRangeIsRefused(int gate) {
    assertRefused("gate=" + gate, () -> UringOptions.builder().gate(gate));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 10_001})
  void pollMicrosOutOfRangeAreRefused(int pollMicros) {
    assertRefused("pollMicros=" + pollMicros, () -> UringOptions.builder().pollMicros(pollMicros));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 65, Integer.MAX_VALUE})
  void ringsOutOfRangeAreRefused(int rings) {
    assertRefused("rings=" + rings, () -> UringOptions.builder().rings(rings));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, 65_537})
  void workersOutOfRangeAreRefused(int workers) {
    assertRefused("workers=" + workers, () -> UringOptions.builder().workers(workers));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 60_001})
  void sqPollIdleMillisOutOfRangeAreRefused(int millis) {
    assertRefused(
        "sqPollIdleMillis=" + millis, () -> UringOptions.builder().sqPollIdleMillis(millis));
  }

  @Test
  void limitsThemselvesAreAccepted() {
    UringOptions smallest =
        UringOptions.builder()
            .entries(2)
            .completionEntries(8)
            .gate(1)
            .pollMicros(0)
            .rings(1)
            .workers(2)
            .sqPollIdleMillis(0)
            .build();
    assertThat(Option.values(smallest).values())
        .containsExactly(2, 8, 1, 0, Fallback.AUTO, Inline.ADAPTIVE, 1, 2, 0);
    UringOptions greatest =
        UringOptions.builder()
            .entries(32_768)
            .completionEntries(65_536)
            .gate(65_536)
            .pollMicros(10_000)
            .rings(64)
            .workers(65_536)
            .sqPollIdleMillis(60_000)
            .build();
    assertThat(Option.values(greatest).values())
        .containsExactly(
            32_768, 65_536, 65_536, 10_000, Fallback.AUTO, Inline.ADAPTIVE, 64, 65_536, 60_000);
  }

  @Test
  void completionQueueHasRoomEvenIfTheSubmissionQueueIsSmall() {
    Builder smallest = UringOptions.builder().entries(2);
    assertRefused("completionEntries=4", () -> smallest.completionEntries(4));
  }

  private static UringOptions withProperties(String... namesAndValues) {
    Properties properties = new Properties();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.setProperty("io.github.loomuring." + namesAndValues[i], namesAndValues[i + 1]);
    }
    return UringOptions.fromProperties(properties);
  }

  @ParameterizedTest
  @EnumSource
  void propertyReplacesTheDefaultOfItsOptionAlone(Option option) {
    assertThat(withProperties(option.option, " " + option.changed + " "))
        .isEqualTo(option.change(DEFAULTS));
    assertThat(withProperties(option.option, option.usual.toString())).isEqualTo(DEFAULTS);
  }

  @Test
  void propertiesChangeTheirOptions() {
    assertThat(withProperties()).isEqualTo(DEFAULTS);
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
        .isEqualTo(
            UringOptions.builder()
                .entries(512)
                .completionEntries(2_048)
                .gate(4)
                .pollMicros(3)
                .fallback(Fallback.NEVER)
                .inline(Inline.NEVER)
                .rings(2)
                .workers(5)
                .sqPollIdleMillis(6)
                .build());
  }

  /** What the program sets counts more than a property, which counts more than a default. */
  @Test
  void setterReplacesTheValueOfTheProperty() {
    UringOptions options = withProperties("gate", "4", "rings", "3");
    UringOptions changed = options.toBuilder().gate(5).build();
    assertThat(changed.gate()).isEqualTo(5);
    assertThat(changed.rings()).isEqualTo(3);
    assertThat(changed.entries()).isEqualTo(256);
  }

  @Test
  void systemPropertiesChangeTheOptionsOfTheSharedOneOnly() {
    String property = Option.GATE.property();
    String before = System.getProperty(property);
    UringOptions options = UringOptions.fromSystemProperties();
    System.setProperty(property, "17");
    try {
      assertThat(UringOptions.fromSystemProperties())
          .isEqualTo(options.toBuilder().gate(17).build());
      assertThat(UringOptions.defaults().gate()).isEqualTo(80);
      assertThat(UringOptions.builder().build().gate()).isEqualTo(80);
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
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
        .containsExactlyElementsOf(Stream.of(Option.values()).map(Option::property).toList());
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
    assertRefused(
        prefix + "completionEntries=64: completionEntries=64 is less than 2",
        () -> withProperties("completionEntries", "64"));
    assertRefused(
        prefix + "completionEntries=1024: completionEntries=1024 is less than 2",
        () -> withProperties("completionEntries", "1024", "entries", "1024"));
  }

  @Test
  void nullIsRefused() {
    assertThatThrownBy(() -> UringOptions.builder().fallback(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("fallback");
    assertThatThrownBy(() -> UringOptions.builder().inline(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("inline");
    assertThatThrownBy(() -> Uring.open(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("options");
  }

  /** One section an option, with its property and its default. */
  @ParameterizedTest
  @EnumSource
  void tuningGuideDescribesTheOption(Option option) throws IOException {
    String guide = Files.readString(Path.of("src/site/markdown/tuning.md"));
    String usual = option.usual instanceof Integer n ? "%,d".formatted(n) : option.usual.toString();
    assertThat(guide)
        .contains("\n## `" + option.option + "`\n")
        .containsPattern("\\| `" + option.property() + "` \\| `?" + usual + "`? \\|");
  }

  private static void assertRefused(String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message + " ");
  }
}
