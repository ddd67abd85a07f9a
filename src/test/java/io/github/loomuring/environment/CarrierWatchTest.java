package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.environment.ChildJvm.Result;
import io.github.loomuring.environment.ChildJvm.Running;
import io.github.loomuring.internal.watch.HoldCarriers;
import io.github.loomuring.internal.watch.WatcherThread;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocked carriers are replaced, each time in a JVM that has nothing else to do. */
class CarrierWatchTest {
  private static final int PROCESSORS = 2;

  @TempDir Path directory;

  private static ChildJvm hold(String what, int threads, int millis, Object... more) {
    Object[] arguments = new Object[3 + more.length];
    arguments[0] = what;
    arguments[1] = threads;
    arguments[2] = millis;
    System.arraycopy(more, 0, arguments, 3, more.length);
    return ChildJvm.of(HoldCarriers.class, arguments).flags(parallelism(PROCESSORS));
  }

  private static String parallelism(int parallelism) {
    return "-Djdk.virtualThreadScheduler.parallelism=" + parallelism;
  }

  private static long number(Result result, String key) {
    String value = result.value(key);
    assertThat(value).as(key + " in " + result).isNotNull();
    return Long.parseLong(value);
  }

  private static void assertNothingIsLeft(Result result) {
    assertThat(number(result, "sparesLeft")).isZero();
    assertThat(number(result, "parallelismLeft")).isEqualTo(number(result, "parallelismBefore"));
  }

  @Test
  void heldCarriersDelayNobody() throws Exception {
    Result without = hold("unmarked", 64, 2_000).run().succeeded();
    Result with = hold("marked", 64, 4_000).run().succeeded();
    System.out.println("carriers held, without the watch: " + without.values());
    System.out.println("carriers held, with the watch: " + with.values());
    assertThat(number(with, "lateMicrosP99")).isLessThan(20_000);
    assertThat(number(with, "calls")).isGreaterThan(2 * 10 * number(without, "calls"));
    assertThat(number(with, "sparesMost")).isBetween(30L, 100L);
    assertNothingIsLeft(with);
  }

  @Test
  void heldCarriersDelayNobodyIfThereIsOne() throws Exception {
    Result result = hold("marked", 8, 2_000).flags(parallelism(1)).run().succeeded();
    assertThat(number(result, "lateMicrosP99")).isLessThan(20_000);
    assertThat(number(result, "parallelismBefore")).isEqualTo(1);
    assertNothingIsLeft(result);
  }

  @Test
  void heldCarriersDelayNobodyIfThereAreEight() throws Exception {
    Result result = hold("marked", 64, 2_000).flags(parallelism(8)).run().succeeded();
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
        hold("marked", 16, 1_000)
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
        child.awaitValue("parallelismLeft");
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
    assertGivesUp(hold("marked", 4, 200).flags("--limit-modules=java.base"), "jdk.management");
  }

  @Test
  void withAnotherSchedulerOneLineSaysThatNothingIsReplaced() throws Exception {
    assertGivesUp(
        hold("marked", 4, 200).flags("-XX:+UnlockExperimentalVMOptions", "-XX:-VMContinuations"),
        "the scheduler of virtual threads is not the JDK's");
  }

  private static void assertGivesUp(ChildJvm child, String reason) throws Exception {
    Result result = child.run().succeeded();
    assertThat(result.value("possible")).isEqualTo("false");
    assertThat(number(result, "calls")).isPositive();
    assertThat(result.err().lines().filter(line -> line.contains("blocked carriers"))).hasSize(1);
    assertThat(result.err()).contains(reason);
  }

  @Test
  void watchThatIsNotUsedCostsNothing() throws Exception {
    Result result = ChildJvm.of(WatcherThread.class, 3_000).run().succeeded();
    assertThat(result.value("found")).isEqualTo("true");
    assertThat(number(result, "runs")).as("runs in 3 s").isZero();
    assertThat(result.value("ended")).isEqualTo("true");
    assertThat(result.value("again")).isEqualTo("true");
  }
}
