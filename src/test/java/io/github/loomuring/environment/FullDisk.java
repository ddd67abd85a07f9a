package io.github.loomuring.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Takes almost all room of a file system. Closing gives it back. */
final class FullDisk implements AutoCloseable {
  private final Path ballast;

  private FullDisk(Path ballast) {
    this.ballast = ballast;
  }

  /** Leaves about {@code freeMebibytes} MiB on the file system of {@code directory}. */
  static FullDisk of(Path directory, long freeMebibytes) throws IOException {
    Commands.needTool("fallocate", "util-linux");
    // Otherwise room that was freed just now may still be missing, to come back in the middle.
    Commands.succeed("sync", "-f", directory.toString());
    long length = Files.getFileStore(directory).getUsableSpace() - (freeMebibytes << 20);
    FullDisk disk = new FullDisk(directory.resolve("ballast"));
    try {
      Commands.succeed("fallocate", "-l", Long.toString(length), disk.ballast.toString());
    } catch (IOException e) {
      disk.close();
      throw e;
    }
    return disk;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(ballast);
  }
}
