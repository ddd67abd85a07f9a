package io.github.loomuring.environment;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * A mounted file system whose device hangs until it is told not to: stuck-fs.c, compiled and run.
 *
 * <p>Closing lets everything go that hangs, and unmounts.
 */
final class StuckFileSystem implements AutoCloseable {
  /** Every file has so many bytes, all of them 'x'. */
  static final int FILE_BYTES = 1 << 20;

  private final Path base;
  private final Path mount;
  private final Thread atExit = new Thread(this::unmount);
  private ChildJvm.Running daemon;

  private StuckFileSystem(Path base) throws IOException {
    this.base = base;
    this.mount = Files.createDirectory(base.resolve("mounted"));
  }

  /** Mounts one, or skips the test with the reason. */
  static StuckFileSystem mount() throws Exception {
    Commands.needRoot();
    Commands.needTool("cc", "gcc");
    assumeTrue(Files.exists(Path.of("/dev/fuse")), "needs FUSE: there is no /dev/fuse");
    StuckFileSystem fileSystem =
        new StuckFileSystem(Files.createTempDirectory("loom-uring-stuck-"));
    Runtime.getRuntime().addShutdownHook(fileSystem.atExit);
    try {
      fileSystem.start();
      return fileSystem;
    } catch (Throwable t) {
      fileSystem.close();
      throw t;
    }
  }

  private void start() throws Exception {
    Path source = base.resolve("stuck-fs.c");
    try (InputStream text = StuckFileSystem.class.getResourceAsStream("stuck-fs.c")) {
      Files.copy(text, source);
    }
    Path program = base.resolve("stuck-fs");
    Commands.Outcome compiled =
        Commands.run("cc", "-O1", "-o", program.toString(), source.toString());
    assumeTrue(compiled.status() == 0, () -> "cannot compile: " + compiled.output());
    daemon = new ChildJvm.Running(new ProcessBuilder(program.toString(), mount.toString()).start());
    daemon.awaitLine("mounted");
  }

  /** The file called {@code name}: open, read, good, fail or close, by what of it hangs. */
  Path file(String name) {
    return mount.resolve(name);
  }

  /** Waits until so many requests of the file called {@code name} hang. */
  void awaitHung(String name, int times) throws InterruptedException {
    daemon.awaitLines("hung " + name, times);
  }

  /** Lets go of what hangs; from now on nothing does. */
  void release() throws IOException {
    daemon.send("release");
  }

  /** Ends the daemon in the midst of it all. */
  void die() {
    daemon.close();
  }

  int opened(String name) {
    return daemon.count("opened " + name);
  }

  int released(String name) {
    return daemon.count("released " + name);
  }

  @Override
  public void close() throws IOException {
    if (daemon != null) {
      daemon.close();
    }
    unmount();
    Runtime.getRuntime().removeShutdownHook(atExit);
    try (var files = Files.walk(base)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Unmounts, and so ends the daemon, if it still runs. */
  private void unmount() {
    try {
      Commands.run("umount", "--force", "--lazy", mount.toString());
    } catch (IOException e) {
      System.err.println("left mounted: " + mount + ": " + e);
    }
  }
}
