package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.SpareCarriers;
import io.github.loomuring.environment.ChildJvm.Result;
import io.github.loomuring.internal.watch.WatcherThread;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.jar.Attributes.Name;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** Carriers are replaced that are blocked by what the library does not see. */
class SpareCarriersTest extends CarrierWatchContract {
  private static final String AGENT = "io.github.loomuring.watch.WatchAgent";

  /** Large enough that few pages are read again before they are dropped from the page cache. */
  private static final int FILE_MEBIBYTES = 512;

  @Override
  String marks() {
    return "unmarked";
  }

  @Override
  ChildJvm watched(ChildJvm child) throws Exception {
    return child.flags("-javaagent:" + agent());
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

  @Test
  void readsFromDiskDelayNobody() throws Exception {
    assertColdPagesDelayNobody("read");
  }

  @Test
  void pageFaultsDelayNobody() throws Exception {
    assertColdPagesDelayNobody("touch");
  }

  private void assertColdPagesDelayNobody(String what) throws Exception {
    Path file = file();
    Result without = unwatched(what, 64, 1_500, file).run().succeeded();
    System.out.println(what + ", without the watch: " + without.values());
    long bytes = number(without, "bytesRead");
    assumeTrue(bytes > 16 << 20, bytes + " bytes were read from a disk: the pages were not cold");
    // Where the disk is so fast that processors are what everybody waits for, nothing is blocked.
    long cpuMillis = number(without, "cpuMillis");
    assumeTrue(
        cpuMillis < 1.5 * number(without, "millis"),
        "reads take " + cpuMillis + " ms of processor time");
    Result with = hold(what, 64, 3_000, file).run().succeeded();
    System.out.println(what + ", with the watch: " + with.values());
    assertThat(number(with, "sparesMost")).isBetween(4L, 100L);
    assertThat(number(with, "woke")).isGreaterThan(20);
    assertThat(number(with, "lateMicrosP99"))
        .isLessThan(Math.max(50_000, number(without, "lateMicrosP99") / 10));
    // A thread that wakes up finds a carrier: spares stay while they are needed now and then.
    assertThat(number(with, "parallelismChanges")).isLessThan(60);
    assertThat(number(with, "calls")).isGreaterThan(number(without, "calls"));
    assertNothingIsLeft(with);
  }

  private Path file() throws IOException {
    Path file = directory.resolve("cold");
    byte[] random = new byte[1 << 20]; // not zeros, which the device below may not store
    new Random(1).nextBytes(random);
    try (FileChannel out = FileChannel.open(file, CREATE_NEW, WRITE)) {
      for (int i = 0; i < FILE_MEBIBYTES; i++) {
        out.write(ByteBuffer.wrap(random));
      }
      out.force(false); // pages that are not on the disk yet cannot be dropped
    }
    return file;
  }

  /** Reads from the page cache never sleep. */
  @Test
  void readsFromThePageCacheGetNoSpares() throws Exception {
    Path file = directory.resolve("cached");
    Files.write(file, new byte[16 << 20]);
    Result result = hold("read-cached", 64, 1_500, file).run().succeeded();
    System.out.println("reads from the page cache, under the agent: " + result.values());
    assertThat(number(result, "calls")).isGreaterThan(10_000);
    assertThat(number(result, "sparesMost")).isLessThan(10);
    assertNothingIsLeft(result);
  }

  @Test
  void boundOfTheAgentIsKept() throws Exception {
    ChildJvm child = unwatched("sleep", 16, 1_000).flags("-javaagent:" + agent() + "=3");
    assertThat(number(child.run().succeeded(), "sparesMost")).isEqualTo(3);
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
    Result result =
        hold("sleep", 8, 1_500)
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
