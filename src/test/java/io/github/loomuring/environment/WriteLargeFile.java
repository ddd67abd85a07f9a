package io.github.loomuring.environment;

import io.github.loomuring.Sync;
import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * In a child JVM with a low RLIMIT_FSIZE: writes more than that.
 *
 * <p>Arguments: a directory to work in, the engine, the limit in bytes.
 */
final class WriteLargeFile {
  private WriteLargeFile() {}

  public static void main(String[] args) throws Exception {
    int limit = Integer.parseInt(args[2]);
    Path path = Path.of(args[0]).resolve("large");
    byte[] content = RoundTrip.randomBytes(limit + (3 << 20), 7);
    try (Uring uring = Engines.valueOf(args[1]).openNow();
        UringFile file =
            uring.openFile(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      TryLibrary.say("heap", failure(file, buffer, 0));
      TryLibrary.say("written", buffer.position());
      ByteBuffer direct = ByteBuffer.allocateDirect(1000);
      TryLibrary.say("direct", failure(file, direct, limit));
      TryLibrary.say("size", file.size());
      file.force(true);
      byte[] expected = Arrays.copyOf(content, limit);
      TryLibrary.say("intact", Arrays.equals(expected, Files.readAllBytes(path)));
      file.writeFully(ByteBuffer.wrap(content, 0, 10), 0);
      TryLibrary.say("whole", failure(() -> uring.files().write(path, content, Sync.DATA)));
      TryLibrary.say("replace", failure(() -> uring.files().replace(path, content)));
      byte[] small = Arrays.copyOf(content, 100);
      uring.files().replace(path, small);
      TryLibrary.say("alive", Arrays.equals(small, uring.files().readAllBytes(path)));
    }
  }

  private interface Writing {
    void run() throws IOException;
  }

  private static String failure(Writing writing) throws IOException {
    try {
      writing.run();
      return "nothing";
    } catch (FileSystemException e) {
      return e.toString();
    }
  }

  private static String failure(UringFile file, ByteBuffer buffer, long offset) throws IOException {
    return failure(() -> file.writeFully(buffer, offset));
  }
}
