package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringFiles;
import io.github.loomuring.nio.UringFileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** In a child JVM: prints what each way to the shared one throws, twice. Argument: a file. */
final class UseWrongProperty {
  private UseWrongProperty() {}

  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    List<Callable<Object>> ways =
        List.of(
            Uring::shared,
            Uring::available,
            () -> UringFile.open(file),
            () -> UringFiles.readString(file),
            () -> UringFileChannel.open(file));
    for (int i = 0; i < 2; i++) {
      for (Callable<Object> way : ways) {
        try {
          System.out.println("no exception but " + way.call());
        } catch (IllegalArgumentException e) {
          System.out.println(e);
        }
      }
    }
  }
}
