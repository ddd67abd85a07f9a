package io.github.loomuring;

import io.github.loomuring.UringOptions.Fallback;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs in a process of its own, which {@link LimitsTest} limits, and prints what it sees. Needs
 * only the library.
 */
class LimitsMain {
  private LimitsMain() {}

  public static void main(String[] arguments) throws IOException {
    Fallback fallback = Fallback.valueOf(arguments[1]);
    Path path = Path.of(arguments[2]);
    try (Uring uring = Uring.open(UringOptions.builder().fallback(fallback).build())) {
      switch (arguments[0]) {
        case "permission" -> tryToOpen(uring, path);
        case "descriptors" -> openUntilRefused(uring, path);
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    }
  }

  private static void tryToOpen(Uring uring, Path path) {
    for (StandardOpenOption option :
        List.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      try (UringFile file = uring.openFile(path, option)) {
        System.out.println("opened " + file);
      } catch (IOException e) {
        System.out.println(e.getClass().getName() + ": " + e.getMessage());
      }
    }
    try (UringFile file =
        uring.openFile(
            path.resolveSibling("new"), StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      System.out.println("created " + file);
    } catch (IOException e) {
      System.out.println(e.getClass().getName() + ": " + e.getMessage());
    }
  }

  /** Has the classes loaded for which there is no descriptor at the limit. */
  private static void warmUp(Uring uring, Path path) throws IOException {
    try (UringFile file = uring.openFile(path, StandardOpenOption.READ)) {
      file.readFully(ByteBuffer.allocate(4), 0);
      file.force(true);
    }
    try (UringFile file = uring.openFile(path.resolve("below"))) {
      throw new AssertionError(file);
    } catch (IOException e) {
      // As expected: its class is loaded now.
    }
  }

  private static void openUntilRefused(Uring uring, Path path) throws IOException {
    warmUp(uring, path);
    for (int round = 0; round < 2; round++) {
      List<UringFile> files = new ArrayList<>();
      try {
        while (files.size() < 1_000) {
          files.add(uring.openFile(path));
        }
      } catch (IOException e) {
        System.out.println(e.getClass().getName() + ": " + e.getMessage());
      }
      ByteBuffer buffer = ByteBuffer.allocate(4);
      for (UringFile file : files) {
        file.readFully(buffer.rewind(), 0);
        file.close();
      }
    }
    uring.openFile(path).close();
    System.out.println("and works again");
  }
}
