package io.github.loomuring.support;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** Makes FIFOs, which the JDK cannot. */
public final class Fifos {
  private static final int ARGUMENTS_MAX = 1_000;

  private Fifos() {}

  /** Makes a FIFO at {@code path}. */
  public static Path make(Path path) throws Exception {
    run(List.of("mkfifo", path.toString()));
    return path;
  }

  /** Makes {@code count} FIFOs in {@code directory}. */
  public static List<Path> make(Path directory, int count) throws Exception {
    List<Path> fifos = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      fifos.add(directory.resolve("fifo" + i));
    }
    for (int i = 0; i < count; i += ARGUMENTS_MAX) {
      List<String> command = new ArrayList<>(List.of("mkfifo"));
      fifos.subList(i, Math.min(count, i + ARGUMENTS_MAX)).forEach(f -> command.add(f.toString()));
      run(command);
    }
    return fifos;
  }

  /**
   * Opens both sides of each FIFO in {@code directory} for a moment: whatever waits for one ends.
   */
  public static void openBothSides(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (Files.readAttributes(file, BasicFileAttributes.class).isOther()) {
          new RandomAccessFile(file.toFile(), "rw").close(); // does not wait
        }
      }
    }
  }

  private static void run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
    if (process.waitFor() != 0) {
      throw new AssertionError("cannot make FIFOs: " + output);
    }
  }
}
