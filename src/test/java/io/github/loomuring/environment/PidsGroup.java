package io.github.loomuring.environment;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A cgroup (v1, pids) in which a child gets so many threads and no more. */
final class PidsGroup implements AutoCloseable {
  private static final Path CONTROLLER = Path.of("/sys/fs/cgroup/pids");

  private final Path group;

  /** Skips the test where there can be none. */
  PidsGroup(int max) throws IOException, InterruptedException {
    Commands.needRoot();
    assumeTrue(Files.isWritable(CONTROLLER), () -> "needs the cgroup controller " + CONTROLLER);
    group =
        Files.createDirectory(CONTROLLER.resolve("loom-uring-" + ProcessHandle.current().pid()));
    Files.writeString(group.resolve("pids.max"), Integer.toString(max));
  }

  /** The beginning of a command that runs the rest in the group. */
  String[] command() {
    return new String[] {"sh", "-c", "echo $$ > " + group + "/cgroup.procs && exec \"$@\"", "-"};
  }

  @Override
  public void close() throws IOException {
    Files.delete(group);
  }
}
