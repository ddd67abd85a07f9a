package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.SpareCarriers;
import io.github.loomuring.environment.ChildJvm.Result;
import io.github.loomuring.internal.watch.HoldCarriers;
import io.github.loomuring.internal.watch.WatcherThread;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes.Name;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Carriers are replaced that are blocked by what the library does not see. */
class SpareCarriersTest {
  private static final String AGENT = "io.github.loomuring.watch.WatchAgent";

  @TempDir Path directory;

  private ChildJvm underAgent(String arguments, ChildJvm child) throws Exception {
    return child.flags(
        "-javaagent:" + agent() + arguments, "-Djdk.virtualThreadScheduler.parallelism=2");
  }

  /** The jar of the library, as an agent. */
  private Path agent() throws Exception {
    Path classes = ChildJvm.libraryClasses();
    if (!Files.isDirectory(classes)) {
      return classes;
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", AGENT);
    Path jar = directory.resolve("agent.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
    return jar;
  }

  private static long number(Result result, String key) {
    String value = result.value(key);
    assertThat(value).as(key + " in " + result).isNotNull();
    return Long.parseLong(value);
  }

  @Test
  void carriersThatNativeCodeBlocksAreReplaced() throws Exception {
    Result result =
        underAgent("", ChildJvm.of(HoldCarriers.class, "unmarked", 64, 4_000)).run().succeeded();
    System.out.println("carriers held, under the agent: " + result.values());
    assertThat(number(result, "lateMicrosP99")).isLessThan(20_000);
    assertThat(number(result, "calls")).isGreaterThan(200 * 15);
    assertThat(number(result, "snapshotMost")).isEqualTo(number(result, "sparesMost"));
    assertThat(number(result, "rescues")).isGreaterThanOrEqualTo(30);
    assertThat(number(result, "longestMillis")).isBetween(10L, 200L);
    assertThat(number(result, "sparesLeft")).isZero();
    assertThat(number(result, "parallelismLeft")).isEqualTo(2);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void boundOfTheAgentIsKept() throws Exception {
    Result result =
        underAgent("=3", ChildJvm.of(HoldCarriers.class, "unmarked", 16, 1_000)).run().succeeded();
    assertThat(number(result, "sparesMost")).isEqualTo(3);
  }

  @Test
  void busyCarriersAreNotReplaced() throws Exception {
    Result result =
        underAgent("", ChildJvm.of(HoldCarriers.class, "busy", 8, 2_000)).run().succeeded();
    assertThat(number(result, "rescues")).isZero();
    assertThat(number(result, "sparesMost")).isZero();
  }

  @Test
  void idleWatchWakesUpAHundredTimesASecondAtMost() throws Exception {
    Result result = ChildJvm.of(WatcherThread.class, 10_000, "all").run().succeeded();
    System.out.println("the watch of all carriers, in 10 s: " + result.values());
    assertThat(number(result, "runs"))
        .isPositive()
        .isLessThanOrEqualTo(number(result, "millis") / 10 + 1);
    assertThat(result.value("ended")).as("after stop").isEqualTo("true");
  }

  @Test
  void rescuesAreRecorded() throws Exception {
    Path recording = directory.resolve("recording.jfr");
    ChildJvm child = ChildJvm.of(HoldCarriers.class, "unmarked", 8, 1_500);
    Result result =
        underAgent("", child)
            .flags("-XX:StartFlightRecording:filename=" + recording, "-Xlog:disable")
            .run()
            .succeeded();
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(recording).stream()
            .filter(event -> event.getEventType().getName().endsWith(".CarrierRescue"))
            .toList();
    assertThat(events).isNotEmpty().hasSizeLessThanOrEqualTo((int) number(result, "rescues"));
    assertThat(events)
        .anyMatch(event -> event.getInt("systemCall") > 0)
        .allMatch(event -> event.getLong("carrier") > 0)
        .anyMatch(event -> event.getDuration("blocked").toMillis() >= 5);
  }

  @Test
  void boundIsNotNegative() {
    assertThatThrownBy(() -> SpareCarriers.bound(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("spares=-1");
  }
}
