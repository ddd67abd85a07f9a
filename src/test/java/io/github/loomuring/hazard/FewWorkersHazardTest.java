package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Many more requests wait for ever in the kernel's workers than there are workers. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FewWorkersHazardTest {
  private static final int OPENS = 40;

  @TempDir Path directory;

  /** With a gate of one, so that the reaper, whose workers are taken, submits for the others. */
  private static Uring ring() {
    Engines.RING.open().close(); // ends the test where there is no io_uring
    return Uring.open(Engines.RING_NOTHING_INLINE.options().toBuilder().workers(2).gate(1).build());
  }

  private List<Call<UringFile>> openFifos(Uring uring) throws Exception {
    List<Call<UringFile>> opens = new ArrayList<>();
    for (Path fifo : Fifos.make(directory, OPENS)) {
      var option = opens.size() % 2 == 0 ? READ : WRITE;
      opens.add(Call.startParked(() -> uring.openFile(fifo, option)));
    }
    return opens;
  }

  @Test
  void opensStuckOnFifosLeaveWorkersToOthers() throws Exception {
    try (Uring uring = ring()) {
      List<Call<UringFile>> opens = openFifos(uring);
      List<Call<Void>> users = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        Path path = directory.resolve("file" + i);
        users.add(Call.start(() -> use(uring, path)));
      }
      for (Call<Void> user : users) {
        user.value();
      }
      opens.forEach(Call::interrupt);
      for (Call<UringFile> open : opens) {
        open.assertInterrupted();
      }
    }
  }

  @Test
  void closeEndsOpensThatWaitForWorkers() throws Exception {
    Uring uring = ring();
    List<Call<UringFile>> opens = openFifos(uring);
    uring.close();
    for (Call<UringFile> open : opens) {
      open.assertFailed(AsynchronousCloseException.class);
    }
  }

  private static Void use(Uring uring, Path path) throws Exception {
    for (int i = 0; i < 20; i++) {
      try (UringFile file = uring.openFile(path, READ, WRITE, CREATE)) {
        file.writeFully(ByteBuffer.wrap(new byte[] {1, 2, 3, (byte) i}), 0);
        file.force(false);
        ByteBuffer dst = ByteBuffer.allocate(4);
        file.readFully(dst, 0);
        assertThat(dst.array()).containsExactly(1, 2, 3, i);
      }
    }
    return null;
  }
}
