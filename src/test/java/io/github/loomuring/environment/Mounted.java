package io.github.loomuring.environment;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A file system of its own for a test, in an image file of which little is on the disk.
 *
 * <p>Mounting takes a loop device that the kernel gives back when the file system is unmounted.
 * Closing unmounts; so does the end of the JVM, if a test did not come to its end.
 */
final class Mounted implements AutoCloseable {
  /** What can be mounted, and by which tool it is made. */
  enum Type {
    EXT4(64, "mkfs.ext4", "e2fsprogs", "-q", "-F"),
    XFS(320, "mkfs.xfs", "xfsprogs", "-q", "-f"),
    BTRFS(128, "mkfs.btrfs", "btrfs-progs", "-q", "-f"),
    TMPFS(64, "mount", "mount"),
    OVERLAY(64, "mkfs.ext4", "e2fsprogs", "-q", "-F");

    private final int sizeMebibytes;
    private final String tool;
    private final String installedBy;
    private final String[] flags;

    Type(int sizeMebibytes, String tool, String installedBy, String... flags) {
      this.sizeMebibytes = sizeMebibytes;
      this.tool = tool;
      this.installedBy = installedBy;
      this.flags = flags;
    }
  }

  private final Path base;
  private final List<Path> mounts = new ArrayList<>();
  private final Thread atExit = new Thread(this::unmountQuietly);
  private Path directory;

  private Mounted(Path base) {
    this.base = base;
  }

  /** Makes and mounts a file system, or skips the test with the reason. */
  static Mounted of(Type type) throws IOException {
    Commands.needRoot();
    Commands.needTool(type.tool, type.installedBy);
    Mounted mounted = new Mounted(Files.createTempDirectory("loom-uring-" + type + "-"));
    Runtime.getRuntime().addShutdownHook(mounted.atExit);
    try {
      mounted.mount(type);
      return mounted;
    } catch (Throwable t) {
      mounted.close();
      throw t;
    }
  }

  private void mount(Type type) throws IOException {
    if (type == Type.TMPFS) {
      directory = mount("tmpfs", "tmpfs", "size=" + type.sizeMebibytes + "m", "mounted");
      return;
    }
    Path image = base.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength((long) type.sizeMebibytes << 20);
    }
    List<String> make = new ArrayList<>(List.of(type.tool));
    make.addAll(List.of(type.flags));
    make.add(image.toString());
    Commands.succeed(make.toArray(new String[0]));
    String name = type == Type.OVERLAY ? "ext4" : type.name().toLowerCase(Locale.ROOT);
    directory = mount(name, image.toString(), "loop", "mounted");
    if (type == Type.OVERLAY) {
      Path lower = Files.createDirectory(directory.resolve("lower"));
      Path upper = Files.createDirectory(directory.resolve("upper"));
      Path work = Files.createDirectory(directory.resolve("work"));
      String layers = "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work;
      directory = mount("overlay", "overlay", layers, "merged");
    }
  }

  private Path mount(String type, String source, String options, String name) throws IOException {
    Path target = Files.createDirectory(base.resolve(name));
    Commands.Outcome outcome =
        Commands.run("mount", "-t", type, "-o", options, source, target.toString());
    assumeTrue(outcome.status() == 0, () -> "cannot mount " + type + ": " + outcome.output());
    mounts.addFirst(target);
    return target;
  }

  /** Where its files are. */
  Path directory() {
    return directory;
  }

  void makeReadOnly() throws IOException {
    Commands.succeed("mount", "-o", "remount,ro", directory.toString());
  }

  void makeWritable() throws IOException {
    Commands.succeed("mount", "-o", "remount,rw", directory.toString());
  }

  @Override
  public void close() throws IOException {
    unmount();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private void unmount() throws IOException {
    // Lazily: it must go even if a test has left a file open. LeakCheck complains about that.
    while (!mounts.isEmpty()) {
      Commands.succeed("umount", "--lazy", mounts.getFirst().toString());
      Files.delete(mounts.removeFirst());
    }
    Files.deleteIfExists(base.resolve("image"));
    Files.deleteIfExists(base);
  }

  private void unmountQuietly() {
    try {
      unmount();
    } catch (IOException e) {
      System.err.println("left mounted: " + mounts + ": " + e);
    }
  }
}
