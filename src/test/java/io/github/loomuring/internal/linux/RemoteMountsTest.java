package io.github.loomuring.internal.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.loomuring.support.OddNames;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is on another machine is told by the bytes of its path, whatever the locale. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RemoteMountsTest {
  private static final String ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n";

  @TempDir Path directory;

  /** Mounts of a type each, at places a character for each byte of which is given. */
  private RemoteMounts mounts(String... typesAndPlaces) throws IOException {
    StringBuilder lines = new StringBuilder(ROOT);
    for (int i = 0; i < typesAndPlaces.length; i += 2) {
      String type = typesAndPlaces[i];
      String place = typesAndPlaces[i + 1];
      lines.append("40 27 0:40 / ").append(place).append(" rw,nosuid shared:1 master:2 - ");
      lines.append(type).append(" source rw\n");
    }
    Path file = directory.resolve("mountinfo");
    Files.write(file, lines.toString().getBytes(ISO_8859_1));
    return new RemoteMounts(file.toString());
  }

  private static Path path(String escaped) {
    return OddNames.resolve(Path.of("/"), escaped);
  }

  @Test
  void pathBelowARemoteMountIsOnIt() throws IOException {
    RemoteMounts mounts = mounts("nfs4", "/mnt/a", "ext4", "/mnt/b", "fuse.sshfs", "/mnt/a/c");
    assertThat(mounts.of(path("mnt/a"))).isEqualTo(Path.of("/mnt/a"));
    assertThat(mounts.of(path("mnt/a/x/y"))).isEqualTo(Path.of("/mnt/a"));
    assertThat(mounts.of(path("mnt/b/../a/x"))).isEqualTo(Path.of("/mnt/a"));
    assertThat(mounts.of(path("mnt/a/c/x"))).isEqualTo(Path.of("/mnt/a/c"));
    assertThat(mounts.of(path("mnt/ab"))).isNull();
    assertThat(mounts.of(path("mnt/b/x"))).isNull();
    assertThat(mounts.of(Path.of("x"))).isNull();
    assertThat(mounts("9p", "/").of(Path.of("x"))).isEqualTo(Path.of("/"));
  }

  @Test
  void mountPointsAreBytes() throws IOException {
    RemoteMounts mounts = mounts("nfs", "/m\u00FF", "cifs", "/m\u00C3\u00A9", "fuse", "/m\u00E9/n");
    assertThat(mounts.of(path("m%FF/x"))).isEqualTo(path("m%FF"));
    assertThat(mounts.of(path("m%C3%A9/%FF"))).isEqualTo(path("m%C3%A9"));
    assertThat(mounts.of(path("m%E9/n/x"))).isEqualTo(path("m%E9/n"));
    assertThat(mounts.of(path("m%E9/x"))).isNull();
    assertThat(mounts.of(path("m%EF%BF%BD/x"))).isNull(); // the text of the first one
    assertThat(mounts.of(path("m%FE/x"))).isNull();
    assertThat(mounts.of(Path.of("/etc"))).isNull();
  }

  @Test
  void escapesOfTheKernelAreUndone() throws IOException {
    RemoteMounts mounts = mounts("nfs", "/a\\040b\\011c\\012d\\134e%41?#");
    assertThat(mounts.of(path("a%20b%09c%0Ad%5Ce%2541%3F%23/x")))
        .isEqualTo(path("a%20b%09c%0Ad%5Ce%2541%3F%23"));
    assertThat(mounts.of(path("a%20b%09c%0Ad%5CeA%3F%23/x"))).isNull();
  }

  @Test
  void whatCannotBeReadHasNoRemoteMounts() {
    assertThat(new RemoteMounts(directory.resolve("missing").toString()).of(directory)).isNull();
  }

  @Test
  void devicesOfLocalMountsAreLocal() throws IOException {
    assertThat(mounts().isLocal(Fcntl.makedev(254, 0))).isTrue();
    assertThat(mounts("xfs", "/mnt/a").isLocal(Fcntl.makedev(0, 40))).isTrue();
    assertThat(mounts("nfs4", "/mnt/a").isLocal(Fcntl.makedev(0, 40))).isFalse();
    assertThat(mounts("overlay", "/mnt/a").isLocal(Fcntl.makedev(0, 40))).isFalse();
    assertThat(mounts("xfs", "/mnt/a").isLocal(Fcntl.makedev(0, 41))).isFalse();
  }

  /** Every open and every stat asks. */
  @Test
  void askingWhereNothingIsRemoteAllocatesNothing() throws IOException {
    RemoteMounts mounts = mounts("ext4", "/mnt");
    Path path = path("mnt/a/b");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) { // one of them reads the mounts again
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        assertNull(mounts.of(path));
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isLessThan(1_000);
  }

  private static void assertNull(Object value) {
    if (value != null) {
      throw new AssertionError("value=" + value);
    }
  }
}
