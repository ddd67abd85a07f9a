package io.github.loomuring.benchmarks.targets;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * New file systems in files, mounted. They need root.
 *
 * <p>The file has no name any more once it is mounted, so that nothing is left of it when the mount
 * goes. The loop device transfers with O_DIRECT, if it can: otherwise the page cache would answer
 * for the device.
 */
final class LoopFileSystem {
  /** A kind of file system. */
  enum Kind {
    /** An ext4 with a journal. Its tables are written at once, so that nothing does it later. */
    EXT4(
        "mkfs.ext4",
        "-q",
        "-F",
        "-O",
        "has_journal",
        "-E",
        "lazy_itable_init=0,lazy_journal_init=0"),
    XFS("mkfs.xfs", "-q");

    private final List<String> make;

    Kind(String... make) {
      this.make = List.of(make);
    }
  }

  private LoopFileSystem() {}

  /**
   * Makes and mounts one, and returns where.
   *
   * @param parent an existing directory for the file and the mount point
   * @param bytes size of the file, which has holes
   * @param undo gets the step that unmounts it
   * @throws IOException if that is not possible; the message says why in one line
   */
  static Path mount(Kind kind, Path parent, long bytes, Undo undo)
      throws IOException, InterruptedException {
    if ((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") != 0) {
      throw new IOException("a mount needs root");
    }
    Path image = Files.createTempFile(parent, "loom-uring-", ".img");
    Path mountPoint = Files.createTempDirectory(parent, "loom-uring-");
    try {
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(bytes);
      }
      List<String> make = new ArrayList<>(kind.make);
      make.add(image.toString());
      execute(make);
      String device = attach(image);
      try {
        execute(List.of("mount", device, mountPoint.toString()));
      } finally {
        execute(List.of("losetup", "--detach", device)); // takes effect when it is unmounted
      }
      undo.add(() -> unmount(mountPoint));
      return mountPoint;
    } catch (IOException | InterruptedException e) {
      Files.delete(mountPoint);
      throw e;
    } finally {
      Files.delete(image);
    }
  }

  private static String attach(Path image) throws IOException, InterruptedException {
    List<String> command = List.of("losetup", "--find", "--show", image.toString());
    List<String> direct = new ArrayList<>(command);
    direct.add(1, "--direct-io=on");
    try {
      return execute(direct);
    } catch (IOException e) { // the file system below has no O_DIRECT, as in memory
      return execute(command);
    }
  }

  /** Returns what the program prints. */
  private static String execute(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException(
          "%s: exit status %d: %s"
              .formatted(command.getFirst(), status, said.replaceAll("\\s*\\n\\s*", "; ")));
    }
    return said;
  }

  /** Lazily: what is still open keeps the file system, not the name. */
  private static void unmount(Path mountPoint) throws IOException, InterruptedException {
    execute(List.of("umount", "--lazy", mountPoint.toString()));
    Files.delete(mountPoint);
  }
}
