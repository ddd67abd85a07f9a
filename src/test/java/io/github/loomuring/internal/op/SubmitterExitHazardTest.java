package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.IORING_OP_READ;
import static io.github.loomuring.internal.linux.IoUring.IORING_OP_WRITE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.ring.RingSettings;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests belong to the thread that submitted them, and idle carriers exit. The kernel then ends
 * those that wait for a poll with ECANCELED that nobody asked for, and the thread waits for its
 * workers: so requests that may last for ever are submitted by the reaper. Every caller must get
 * the true result.
 *
 * <p>A virtual thread outlives the carrier that submitted for it. Here a platform thread submits
 * and exits, and another one collects the result.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ParameterizedClass
@ValueSource(ints = {0, 1})
class SubmitterExitHazardTest {
  @Parameter int sqPollIdleMillis; // with a thread of the kernel, which submits, or without

  @TempDir Path directory;
  private RingEngine engine;

  @BeforeEach
  void open() {
    try {
      engine =
          RingEngine.open(
              RingSettings.builder(64, 256).gate(128).sqPollIdleMillis(sqPollIdleMillis).build());
    } catch (UnavailableException e) {
      Assumptions.abort(e.getMessage());
    }
  }

  @AfterEach
  void close() {
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  void readOfFifoSurvivesItsSubmitter() throws Exception {
    int count = 16;
    List<RingFile> fifos = new ArrayList<>();
    List<Operation> reads = new ArrayList<>();
    try (Arena arena = Arena.ofShared()) {
      List<MemorySegment> memory = new ArrayList<>();
      for (Path path : Fifos.make(directory, count)) {
        RingFile fifo = openFile(path, READ, WRITE);
        fifos.add(fifo);
        memory.add(arena.allocate(8));
      }
      inThreadThatExits(
          () -> {
            for (int i = 0; i < count; i++) {
              reads.add(begin(fifos.get(i), IORING_OP_READ, memory.get(i), 0));
            }
          });
      for (int i = 0; i < count; i++) {
        fifos.get(i).write(ByteBuffer.wrap(new byte[] {(byte) i, 1, 2}), 0);
      }
      for (int i = 0; i < count; i++) {
        assertThat(resultOf(reads.get(i), fifos.get(i))).isEqualTo(3);
        assertThat(memory.get(i).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) i);
      }
      assertThat(engine.retries()).as("requests of the thread that exited").isZero();
    }
    closeAll(fifos);
  }

  /** Several submitters in a row, each of which finds the reads of the others waiting. */
  @Test
  void queuedReadsBehindOneOfAnExitedThreadGetTheirTurn() throws Exception {
    RingFile fifo = openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE);
    List<Operation> reads = new ArrayList<>();
    try (Arena arena = Arena.ofShared()) {
      for (int i = 0; i < 8; i++) {
        MemorySegment memory = arena.allocate(1);
        inThreadThatExits(() -> reads.add(begin(fifo, IORING_OP_READ, memory, 0)));
      }
      fifo.write(ByteBuffer.allocate(8), 0);
      for (Operation read : reads) {
        assertThat(resultOf(read, fifo)).isEqualTo(1);
      }
      assertThat(engine.retries()).as("requests of threads that exited").isZero();
    }
    fifo.close();
  }

  @Test
  void cancelStillReachesReadOfThreadThatHasExited() throws Exception {
    RingFile fifo = openFile(Fifos.make(directory.resolve("fifo")), READ, WRITE);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(8);
      List<Operation> reads = new ArrayList<>();
      inThreadThatExits(() -> reads.add(begin(fifo, IORING_OP_READ, memory, 0)));
      Operation read = reads.getFirst();
      read.state.addCause(Causes.INTERRUPT);
      assertThat(engine.context().requests.await(read, null, null)).isTrue();
      assertThat(read.result()).isNegative();
      fifo.handle.end(read);
    }
    fifo.close();
  }

  @Test
  void directReadsSurviveTheirSubmitter() throws Exception {
    int count = 64;
    byte[] content = new byte[count * 4096];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i / 4096);
    }
    Path path = Files.write(directory.resolve("direct"), content);
    RingFile file = openFile(path, READ, direct());
    try (Arena arena = Arena.ofShared()) {
      for (int round = 0; round < 20; round++) {
        MemorySegment memory = arena.allocate(content.length, 4096);
        List<Operation> reads = new ArrayList<>();
        inThreadThatExits(
            () -> {
              for (int i = 0; i < count; i++) {
                MemorySegment block = memory.asSlice(i * 4096L, 4096);
                reads.add(begin(file, IORING_OP_READ, block, i * 4096L));
              }
            });
        for (Operation read : reads) {
          assertThat(resultOf(read, file)).isEqualTo(4096);
        }
        assertThat(memory.mismatch(MemorySegment.ofArray(content))).isEqualTo(-1);
      }
    }
    file.close();
  }

  @Test
  void writesSurviveTheirSubmitter() throws Exception {
    int count = 64;
    byte[] content = new byte[count * 4096];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i / 4096 + 1);
    }
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory =
          arena.allocate(content.length, 4096).copyFrom(MemorySegment.ofArray(content));
      for (int round = 0; round < 20; round++) {
        Path path = directory.resolve("written" + round);
        RingFile file = openFile(path, WRITE, CREATE);
        List<Operation> writes = new ArrayList<>();
        inThreadThatExits(
            () -> {
              for (int i = 0; i < count; i++) {
                MemorySegment block = memory.asSlice(i * 4096L, 4096);
                writes.add(begin(file, IORING_OP_WRITE, block, i * 4096L));
              }
            });
        for (Operation write : writes) {
          assertThat(resultOf(write, file)).isEqualTo(4096);
        }
        file.close();
        assertThat(Files.readAllBytes(path)).isEqualTo(content);
      }
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  /**
   * Runs {@code work} on a platform thread, and returns when that has exited, in the kernel too.
   */
  private static void inThreadThatExits(Work work) throws Exception {
    List<Throwable> failures = new ArrayList<>();
    List<Path> tasks = new ArrayList<>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    tasks.add(Path.of("/proc/thread-self").toRealPath());
                    work.run();
                  } catch (Throwable t) {
                    failures.add(t);
                  }
                });
    thread.join();
    assertThat(failures).isEmpty();
    Waiting.until("the thread's exit", () -> Files.notExists(tasks.getFirst()));
  }

  private Operation begin(RingFile file, byte opcode, MemorySegment memory, long offset)
      throws Exception {
    Operation operation = file.handle.start();
    operation.set(
        opcode,
        file.handle.fd,
        memory.address(),
        (int) memory.byteSize(),
        offset,
        0,
        opcode == IORING_OP_READ ? file.handle.readGate : file.handle.writeGate);
    engine.context().requests.begin(operation, file.handle);
    return operation;
  }

  private static int resultOf(Operation operation, RingFile file) throws Exception {
    Waiting.until(operation + " to complete", operation::isCompleted);
    int result = operation.result();
    file.handle.end(operation);
    return result;
  }

  private RingFile openFile(Path path, OpenOption... options) throws Exception {
    return (RingFile) engine.open(path, OpenSpec.of(options));
  }

  private static void closeAll(List<RingFile> files) throws Exception {
    for (RingFile file : files) {
      file.close();
    }
  }

  private static OpenOption direct() throws ReflectiveOperationException {
    Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
    return (OpenOption) options.getField("DIRECT").get(null);
  }
}
