package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Engines;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that replaces a file is killed at any moment: the file holds the old or the new. */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplaceUnderKillTest {
  private static final int KILLS = 5;
  private static final int MANY_KILLS = 200;
  private static final long LATEST_NANOS = TimeUnit.MILLISECONDS.toNanos(80);

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(names = {"RING", "POOL", "CHANNELS"})
  void fileIsWhole(Engines engine) throws Exception {
    kill(engine, KILLS, 1);
  }

  @Test
  @Tag("long")
  void fileIsWholeManyTimes() throws Exception {
    kill(Engines.RING, MANY_KILLS, 2);
  }

  private void kill(Engines engine, int kills, int seed) throws Exception {
    Random random = new Random(seed);
    Path path = directory.resolve("file");
    int last = 0;
    int partly = 0;
    for (int kill = 0; kill < kills; kill++) {
      int first = last + 1;
      int said;
      try (ChildJvm.Running child = ChildJvm.of(ReplaceOften.class, path, engine, first).start()) {
        child.awaitLine(Integer.toString(first));
        TimeUnit.NANOSECONDS.sleep(random.nextLong(LATEST_NANOS));
        child.kill();
        said = child.lastNumber();
      }
      // What the child said it has replaced is there, or what it was about to.
      int number = ReplaceOften.number(Files.readAllBytes(path));
      assertThat(number).as("kill %s, seed %s", kill, seed).isBetween(said, said + 1);
      last = number;
      partly += removeTemporaryFiles();
    }
    System.out.println(kills + " kills, " + partly + " of them with a temporary file");
  }

  /** Those of a process that was killed; at most one each. */
  private int removeTemporaryFiles() throws Exception {
    int count = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, ".loom-uring-*")) {
      for (Path one : all) {
        Files.delete(one);
        count++;
      }
    }
    assertThat(count).isLessThanOrEqualTo(1);
    return count;
  }
}
