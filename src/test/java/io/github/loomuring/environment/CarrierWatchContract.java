package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.environment.ChildJvm.Result;
import io.github.loomuring.environment.ChildJvm.Running;
import io.github.loomuring.internal.watch.HoldCarriers;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocked carriers are replaced, each time in a JVM that has nothing else to do. */
abstract class CarrierWatchContract {
  private static final int PROCESSORS = 2;

  @TempDir Path directory;

  /** Whether calls are marked: "marked" or "unmarked". */
  abstract String marks();

  /** The watch that has to replace the carriers. */
  abstract ChildJvm watched(ChildJvm child) throws Exception;

  final ChildJvm hold(String what, int threads, int millis, Object... more) throws Exception {
    return watched(child(what, threads, millis, marks(), more));
  }

  /** The same work without any watch. */
  static ChildJvm unwatched(String what, int threads, int millis, Object... more) {
    return child(what, threads, millis, "unmarked", more);
  }

  private static ChildJvm child(
      String what, int threads, int millis, String marks, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of(what, threads, millis, marks));
    arguments.addAll(List.of(more));
    return ChildJvm.of(HoldCarriers.class, arguments.toArray()).flags(parallelism(PROCESSORS));
  }

  private static String parallelism(int parallelism) {
    return "-Djdk.virtualThreadScheduler.parallelism=" + parallelism;
  }

  static long number(Result result, String key) {
    String value = result.value(key);
    assertThat(value).as(key + " in " + result).isNotNull();
    return Long.parseLong(value);
  }

  static void assertNothingIsLeft(Result result) {
    assertThat(number(result, "sparesLeft")).isZero();
    assertThat(number(result, "parallelismLeft")).isEqualTo(number(result, "parallelismBefore"));
  }

  @Test
  void heldCarriersDelayNobody() throws Exception {
    Result without = unwatched("sleep", 64, 2_000).run().succeeded();
    Result with = hold("sleep", 64, 4_000).run().succeeded();
    System.out.println(marks() + " carriers held, without the watch: " + without.values());
    System.out.println(marks() + " carriers held, with the watch: " + with.values());
    assertThat(number(with, "lateMicrosP99")).isLessThan(20_000);
    assertThat(number(with, "calls")).isGreaterThan(2 * 10 * number(without, "calls"));
    assertThat(number(with, "sparesMost")).isBetween(30L, 100L);
    assertThat(number(with, "snapshotMost")).isEqualTo(number(with, "sparesMost"));
    assertThat(number(with, "rescues")).isGreaterThanOrEqualTo(30);
    assertThat(number(with, "longestMillis")).isBetween(10L, 200L);
    assertThat(with.err()).isEmpty();
    assertNothingIsLeft(with);
  }

  @Test
  void heldCarriersDelayNobodyIfThereIsOne() throws Exception {
    Result result = hold("sleep", 8, 2_000).flags(parallelism(1)).run().succeeded();
    assertThat(number(result, "lateMicrosP99")).isLessThan(20_000);
    assertThat(number(result, "parallelismBefore")).isEqualTo(1);
    assertNothingIsLeft(result);
  }

  @Test
  void heldCarriersDelayNobodyIfThereAreEight() throws Exception {
    Result result = hold("sleep", 64, 2_000).flags(parallelism(8)).run().succeeded();
    assertThat(number(result, "lateMicrosP99")).isLessThan(20_000);
    assertNothingIsLeft(result);
  }

  /** More carriers would only make the processors busier. */
  @Test
  void busyCarriersAreNotReplaced() throws Exception {
    Result result = hold("busy", 8, 2_000).run().succeeded();
    assertThat(number(result, "calls")).isGreaterThan(10);
    assertThat(number(result, "sparesMost")).isZero();
    assertThat(number(result, "rescues")).isZero();
    assertNothingIsLeft(result);
  }

  @Test
  void sparesGoIfTheProcessorsBecomeBusy() throws Exception {
    Result result = hold("sleep-then-busy", 16, 2_000).run().succeeded();
    assertThat(number(result, "sparesBefore")).isGreaterThanOrEqualTo(3);
    assertThat(number(result, "sparesAfter")).isZero();
    assertThat(number(result, "sparesWentMillis")).isLessThan(1_500);
    assertThat(number(result, "rescuesAfter")).isZero();
    assertNothingIsLeft(result);
  }

  @Test
  void stormOfCallsLeavesNothing() throws Exception {
    Result result = hold("storm", 100, 3_000).run().succeeded();
    assertThat(number(result, "sparesMost")).isPositive();
    assertThat(number(result, "rescues")).isPositive().isLessThan(number(result, "calls"));
    assertNothingIsLeft(result);
  }

  @Test
  void parallelismThatTheProgramSetsIsKept() throws Exception {
    Result result = hold("set-parallelism", 16, 1_500).run().succeeded();
    assertThat(number(result, "sparesBefore")).isGreaterThanOrEqualTo(3);
    assertThat(number(result, "sparesAfter")).isPositive();
    assertThat(number(result, "sparesLeft")).isZero();
    assertThat(number(result, "parallelismLeft")).isEqualTo(3);
  }

  @Test
  void poolDoesNotExceedItsMaximum() throws Exception {
    Result result =
        hold("sleep", 16, 1_000)
            .flags("-Djdk.virtualThreadScheduler.maxPoolSize=4")
            .run()
            .succeeded();
    assertThat(number(result, "parallelismMost")).isEqualTo(4);
    assertThat(number(result, "sparesMost")).isEqualTo(2);
    assertNothingIsLeft(result);
  }

  /** Carriers that wait for such locks count as part of the pool, but not as mounted. */
  @Test
  void carriersThatTheJdkReplacesDoNotStandInForThoseThatItDoesNot() throws Exception {
    Path[] files = {directory.resolve("a"), directory.resolve("b"), directory.resolve("c")};
    List<FileChannel> locked = new ArrayList<>();
    try {
      for (Path file : files) {
        FileChannel channel = FileChannel.open(file, CREATE, WRITE);
        locked.add(channel);
        channel.lock();
      }
      Object[] names = files;
      try (Running child = hold("beside-locks", 2, 2_000, names).start()) {
        child.awaitValue("mayUnlock");
        for (FileChannel channel : locked) {
          channel.close();
        }
        Result result = child.result().succeeded();
        assertThat(number(result, "poolBefore")).isGreaterThan(PROCESSORS);
        assertThat(number(result, "lateMicrosP99")).isLessThan(20_000);
        assertNothingIsLeft(result);
      }
    } finally {
      for (FileChannel channel : locked) {
        channel.close();
      }
    }
  }

  @Test
  void exitIsNotDelayed() throws Exception {
    Result result = hold("exit", 16, 0).run().succeeded();
    assertThat(number(result, "sparesBefore")).isGreaterThanOrEqualTo(3);
    assertThat(result.value("hook")).isEqualTo("true");
  }

  @Test
  void withoutTheSchedulersBeanOneLineSaysThatNothingIsReplaced() throws Exception {
    assertGivesUp(
        hold("sleep", 4, 200).flags("--limit-modules=java.base,java.instrument"), "jdk.management");
  }

  @Test
  void withAnotherSchedulerOneLineSaysThatNothingIsReplaced() throws Exception {
    assertGivesUp(
        hold("sleep", 4, 200).flags("-XX:+UnlockExperimentalVMOptions", "-XX:-VMContinuations"),
        "the scheduler of virtual threads is not the JDK's");
  }

  private static void assertGivesUp(ChildJvm child, String reason) throws Exception {
    Result result = child.run().succeeded();
    assertThat(result.value("possible")).isEqualTo("false");
    assertThat(number(result, "calls")).isPositive();
    assertThat(result.err().lines().filter(line -> line.contains("blocked carriers"))).hasSize(1);
    assertThat(result.err()).contains(reason);
  }
}
