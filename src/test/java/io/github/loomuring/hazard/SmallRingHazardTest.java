package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many more callers than the queues have entries; 8 completion entries are the fewest allowed. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ParameterizedClass
@EnumSource(names = {"RING_NOTHING_INLINE", "RING_SQ_POLL"})
class SmallRingHazardTest {
  @Parameter Engines engine;

  private static final int CALLERS = 10_000;
  private static final int BYTES = 32;

  @TempDir Path directory;

  private Uring ring(int completionEntries) {
    Uring probe = engine.open(); // ends the test where there is no io_uring
    probe.close();
    UringOptions.Builder options = engine.options().toBuilder().entries(2);
    return Uring.open(options.completionEntries(completionEntries).build());
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 64})
  void tenThousandCallersGetTheirOwnBytes(int completionEntries) throws Exception {
    Path path = directory.resolve("file");
    try (Uring uring = ring(completionEntries);
        UringFile file = uring.openFile(path, READ, WRITE, CREATE)) {
      List<Call<Void>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        int number = i;
        callers.add(Call.start(() -> writeAndReadBack(file, number)));
      }
      for (Call<Void> caller : callers) {
        caller.value();
      }
      assertThat(file.size()).isEqualTo((long) CALLERS * BYTES);
    }
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(path));
    for (int i = 0; i < CALLERS; i++) {
      assertThat(all.slice(i * BYTES, BYTES)).isEqualTo(bytesOf(i));
    }
  }

  private static Void writeAndReadBack(UringFile file, int number) throws Exception {
    long offset = (long) number * BYTES;
    file.writeFully(bytesOf(number), offset);
    if (number % 500 == 0) {
      file.force(false);
    }
    ByteBuffer dst = ByteBuffer.allocate(BYTES);
    file.readFully(dst, offset);
    assertThat(dst.flip()).isEqualTo(bytesOf(number));
    return null;
  }

  private static ByteBuffer bytesOf(int number) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    while (bytes.hasRemaining()) {
      bytes.putInt(number * 31 + bytes.position());
    }
    return bytes.flip();
  }

  /** Reads that wait for ever, of more FIFOs than fit, leave room; and each gets its byte. */
  @ParameterizedTest
  @ValueSource(ints = {8, 64})
  void readsStuckOnFifosLeaveRoomForOthers(int completionEntries) throws Exception {
    Path path = Files.writeString(directory.resolve("file"), "ordinary");
    List<UringFile> fifos = new ArrayList<>();
    List<Call<Integer>> reads = new ArrayList<>();
    try (Uring uring = ring(completionEntries);
        UringFile file = uring.openFile(path, READ, WRITE)) {
      for (Path fifoPath : Fifos.make(directory, 100)) {
        UringFile fifo = uring.openFile(fifoPath, READ, WRITE);
        fifos.add(fifo);
        reads.add(Call.startParked(() -> fifo.read(ByteBuffer.allocate(2), 0)));
      }
      useAsUsual(uring, file);
      for (UringFile fifo : fifos) {
        fifo.write(ByteBuffer.allocate(1), 0);
      }
      for (Call<Integer> read : reads) {
        assertThat(read.value()).isEqualTo(1);
      }
      for (UringFile fifo : fifos) {
        fifo.close();
      }
    }
  }

  /** Writes that wait for ever, and reads as well, leave room. */
  @ParameterizedTest
  @ValueSource(ints = {8, 64})
  void readsAndWritesStuckOnFifosLeaveRoomForOthers(int completionEntries) throws Exception {
    Path path = Files.writeString(directory.resolve("file"), "ordinary");
    List<UringFile> fifos = new ArrayList<>();
    List<Call<Integer>> calls = new ArrayList<>();
    try (Uring uring = ring(completionEntries);
        UringFile file = uring.openFile(path, READ, WRITE)) {
      for (Path fifoPath : Fifos.make(directory, 80)) {
        UringFile fifo = uring.openFile(fifoPath, READ, WRITE);
        fifos.add(fifo);
        if (fifos.size() % 2 == 0) {
          fifo.write(ByteBuffer.allocate(1 << 20), 0); // full: the next one waits
        }
      }
      for (int i = 0; i < fifos.size(); i++) {
        UringFile fifo = fifos.get(i);
        calls.add(
            i % 2 == 0
                ? Call.startParked(() -> fifo.read(ByteBuffer.allocate(2), 0))
                : Call.startParked(() -> fifo.write(ByteBuffer.allocate(1), 0)));
      }
      useAsUsual(uring, file);
      calls.forEach(Call::interrupt);
      for (Call<Integer> call : calls) {
        call.assertInterrupted();
      }
      for (UringFile fifo : fifos) {
        fifo.close();
      }
    }
  }

  /** So do opens. */
  @ParameterizedTest
  @ValueSource(ints = {8, 64})
  void opensStuckOnFifosLeaveRoomForOthers(int completionEntries) throws Exception {
    Path path = Files.writeString(directory.resolve("file"), "ordinary");
    List<Call<UringFile>> opens = new ArrayList<>();
    try (Uring uring = ring(completionEntries);
        UringFile file = uring.openFile(path, READ, WRITE)) {
      for (Path fifo : Fifos.make(directory, 40)) {
        var option = opens.size() % 2 == 0 ? READ : WRITE;
        opens.add(Call.startParked(() -> uring.openFile(fifo, option)));
      }
      useAsUsual(uring, file);
      opens.forEach(Call::interrupt);
      for (Call<UringFile> open : opens) {
        open.assertInterrupted();
      }
    }
  }

  private static void useAsUsual(Uring uring, UringFile file) throws Exception {
    Call<Void> use =
        Call.start(
            () -> {
              for (int i = 0; i < 20; i++) {
                file.writeFully(ByteBuffer.wrap("ordinary".getBytes(StandardCharsets.UTF_8)), 0);
                ByteBuffer dst = ByteBuffer.allocate(8);
                file.readFully(dst, 0);
                assertThat(new String(dst.array(), StandardCharsets.UTF_8)).isEqualTo("ordinary");
                uring.openFile(file.path(), READ).close();
              }
              file.force(true);
              return null;
            });
    use.value();
  }
}
