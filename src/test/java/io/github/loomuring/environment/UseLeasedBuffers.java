package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import io.github.loomuring.UringBuffers;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * In a child JVM: leases buffers, one set small enough for a mebibyte of locked memory, and then
 * another one that is not, and transfers bytes with both.
 *
 * <p>Argument: a directory to work in.
 */
final class UseLeasedBuffers {
  private UseLeasedBuffers() {}

  public static void main(String[] args) throws Exception {
    Path path = Path.of(args[0]).resolve("leased");
    try (Uring uring =
            Uring.open(UringOptions.builder().inline(UringOptions.Inline.NEVER).build());
        UringFile file =
            uring.openFile(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      try (UringBuffers small = uring.buffers(4, 4_096);
          UringBuffers large = uring.buffers(2, 1 << 20)) {
        TryLibrary.say("small", small.isRegistered());
        TryLibrary.say("large", large.isRegistered());
        TryLibrary.say("why", large);
        transfer(file, small);
        transfer(file, large);
      }
      try (UringBuffers again = uring.buffers(16, 4_096)) {
        TryLibrary.say("again", again.isRegistered());
        transfer(file, again);
      }
    }
    TryLibrary.say("files", "ok");
  }

  private static void transfer(UringFile file, UringBuffers buffers) throws IOException {
    try (UringBuffers.Lease from = buffers.lease();
        UringBuffers.Lease to = buffers.lease()) {
      from.segment().fill((byte) 42);
      to.segment().fill((byte) 0);
      file.writeFully(from.segment(), 0);
      file.readFully(to.segment(), 0);
      ByteBuffer expected = from.buffer();
      RoundTrip.check(to.buffer().equals(expected), "other bytes came back: " + buffers);
    }
  }
}
