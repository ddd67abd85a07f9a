package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writes to more terminals that are full than the pool has threads for ready streams. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullDevicesHazardTest {
  private static final Path TERMINALS = Path.of("/dev/ptmx");
  private static final int COUNT = 40;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(names = {"NEVER", "ALWAYS"})
  void writesThatFindNoRoomHoldUpNoOtherStreamAndEndWhenInterrupted(Fallback fallback)
      throws Exception {
    Assumptions.assumeTrue(
        fallback == Fallback.ALWAYS || Uring.available(),
        () -> "no io_uring: " + Uring.unavailableReason().orElse(""));
    Assumptions.assumeTrue(Files.isWritable(TERMINALS), "no terminals can be made");
    Path fifo = Fifos.make(directory.resolve("fifo"));
    List<UringFile> terminals = new ArrayList<>();
    try (Uring uring = Uring.open(UringOptions.builder().fallback(fallback).build());
        UringFile stream = uring.openFile(fifo, READ, WRITE)) {
      List<Call<Integer>> writes = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        UringFile terminal = uring.openFile(TERMINALS, READ, WRITE);
        terminals.add(terminal);
        writes.add(Call.startParked(() -> fill(terminal)));
      }
      Call<Integer> beside =
          Call.start(
              () ->
                  stream.write(ByteBuffer.allocate(7), 0) + stream.read(ByteBuffer.allocate(7), 0));
      assertThat(beside.value()).isEqualTo(14);
      for (Call<Integer> write : writes) {
        write.interrupt();
      }
      for (Call<Integer> write : writes) {
        write.assertInterrupted();
      }
      for (UringFile terminal : terminals) {
        terminal.close();
      }
    }
  }

  /** Nobody reads from the terminal, so that it is full some time. */
  private static int fill(UringFile terminal) throws Exception {
    while (true) {
      terminal.write(ByteBuffer.allocate(1 << 16), 0);
    }
  }
}
