package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.hazard.Call.On;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import io.github.loomuring.support.Descriptors;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Opens of FIFOs wait for the other side as FileChannel's do, and can be interrupted. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ParameterizedClass
@EnumSource(names = {"RING", "POOL"})
class FifoOpenHazardTest {
  @Parameter Engines engine;
  @TempDir Path directory;
  private final List<Process> processes = new ArrayList<>();
  private Uring uring;

  @BeforeEach
  void open() {
    uring = engine.open();
  }

  @AfterEach
  void close() throws IOException {
    processes.forEach(Process::destroyForcibly); // one that is left would keep Maven's pipes open
    uring.close();
    if (!engine.isRing()) {
      Fifos.openBothSides(directory); // ends opens for writing that were abandoned
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptEndsOpenForReadingThatWaits(On on) throws Exception {
    interruptedOpen(on, READ);
  }

  @ParameterizedTest
  @EnumSource
  void interruptEndsOpenForWritingThatWaits(On on) throws Exception {
    interruptedOpen(on, WRITE);
  }

  private void interruptedOpen(On on, OpenOption option) throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Call<UringFile> open = Call.startParked(on, () -> uring.openFile(fifo, option));
    open.interrupt();
    open.assertInterrupted();
    Waiting.until("the descriptor to be closed", () -> Descriptors.of(fifo) == 0);
    assertThat(exchange(fifo, "afterwards")).isEqualTo("afterwards");
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE"})
  void manyInterruptedOpensLeakNoDescriptor(StandardOpenOption option) throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    List<Call<UringFile>> opens = new ArrayList<>();
    for (int i = 0; i < 128; i++) {
      opens.add(Call.start(() -> uring.openFile(fifo, option)));
    }
    for (Call<UringFile> open : opens) {
      Waiting.untilParked(open.thread());
    }
    opens.forEach(Call::interrupt);
    for (Call<UringFile> open : opens) {
      open.assertInterrupted();
    }
    Waiting.until("the descriptors to be closed", () -> Descriptors.of(fifo) == 0);
  }

  /** The interrupt and the other side come at once: an open file or an exception, never both. */
  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE"})
  void interruptRacingWithTheOtherSideLeaksNoDescriptor(StandardOpenOption option)
      throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    OpenOption other = option == READ ? WRITE : READ;
    for (int round = 0; round < 200; round++) {
      AtomicBoolean interruptSent = new AtomicBoolean();
      Call<UringFile> open =
          Call.startParked(
              () -> {
                UringFile file = uring.openFile(fifo, option);
                while (!interruptSent.get()) {
                  Thread.onSpinWait(); // so that there is somebody to interrupt
                }
                return file;
              });
      Call<UringFile> partner = Call.start(() -> uring.openFile(fifo, other));
      open.interrupt();
      interruptSent.set(true);
      if (open.failure() == null) {
        open.value().close();
        assertThat(open.interruptedAfterwards()).isTrue();
      } else {
        open.assertInterrupted();
      }
      partner.interrupt();
      if (partner.failure() == null) {
        partner.value().close();
      }
    }
    Waiting.until("the descriptors to be closed", () -> Descriptors.of(fifo) == 0);
  }

  @Test
  void openForReadingWaitsForWriter() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Call<UringFile> open = Call.startParked(() -> uring.openFile(fifo, READ));
    try (FileChannel writer = FileChannel.open(fifo, WRITE);
        UringFile reader = open.value()) { // though the writer has written nothing yet
      writer.write(ByteBuffer.wrap(new byte[] {7}));
      ByteBuffer dst = ByteBuffer.allocate(10);
      assertThat(reader.read(dst, 0)).isEqualTo(1);
      assertThat(dst.get(0)).isEqualTo((byte) 7);
    }
  }

  @Test
  void openForWritingWaitsForReader() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Call<UringFile> open = Call.startParked(() -> uring.openFile(fifo, WRITE));
    try (FileChannel reader = FileChannel.open(fifo, READ);
        UringFile writer = open.value()) {
      writer.write(ByteBuffer.wrap(new byte[] {7}), 0);
      assertThat(reader.read(ByteBuffer.allocate(10))).isEqualTo(1);
    }
  }

  @Test
  void readBlocksAfterTheOpenAsOnFileChannel() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Call<UringFile> open = Call.startParked(() -> uring.openFile(fifo, READ));
    FileChannel writer = FileChannel.open(fifo, WRITE);
    try (UringFile reader = open.value()) {
      // Not EAGAIN, as it would be if the descriptor were left non-blocking.
      Call<Integer> read = Call.startParked(() -> reader.read(ByteBuffer.allocate(10), 0));
      writer.write(ByteBuffer.wrap(new byte[3]));
      assertThat(read.value()).isEqualTo(3);
      writer.close();
      assertThat(reader.read(ByteBuffer.allocate(10), 0)).isEqualTo(-1);
    }
  }

  @Test
  void processThatIsAlreadyWritingIsRead() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Process writer = sh(fifo, "printf ready; echo hi > \"$0\"");
    assertThat(new String(writer.getInputStream().readNBytes(5), StandardCharsets.UTF_8))
        .isEqualTo("ready"); // and now it opens, or will soon
    try (UringFile reader = uring.openFile(fifo, READ)) {
      assertThat(readToEnd(reader)).isEqualTo("hi\n");
    }
    assertThat(writer.waitFor()).isZero();
  }

  @Test
  void processThatIsAlreadyReadingIsWrittenTo() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Process reader = sh(fifo, "cat \"$0\"");
    try (UringFile writer = uring.openFile(fifo, WRITE)) {
      writer.writeFully(ByteBuffer.wrap("to a process".getBytes(StandardCharsets.UTF_8)), 0);
    }
    assertThat(reader.inputReader().readLine()).isEqualTo("to a process");
    assertThat(reader.waitFor()).isZero();
  }

  /** A writer that comes, writes and goes at once must be seen, with its bytes. */
  @Test
  void noByteOfQuickWriterIsLost() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    int rounds = 200;
    // Each round ends for both sides when the reader has seen the end of the file.
    Process writer =
        sh(
            fifo,
            "i=0; while [ $i -lt " + rounds + " ]; do echo $i > \"$0\"; read x; i=$((i+1)); done");
    try (var next = writer.outputWriter()) {
      for (int i = 0; i < rounds; i++) {
        try (UringFile reader = uring.openFile(fifo, READ)) {
          assertThat(readToEnd(reader)).isEqualTo(i + "\n");
        }
        next.write("\n");
        next.flush();
      }
    }
    assertThat(writer.waitFor()).isZero();
  }

  /** A reader that was left would take the next writer's bytes with it. */
  @Test
  void noReaderIsLeftAfterTheClose() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    try (Arena arena = Arena.ofConfined();
        ExecutorService writers = Executors.newSingleThreadExecutor()) {
      MemorySegment errno = arena.allocate(Kernel.ERRNO_BYTES, 8);
      MemorySegment name = arena.allocateFrom(fifo.toString());
      for (int i = 0; i < 1_000; i++) {
        Future<?> writer = writers.submit(() -> Files.writeString(fifo, "hi", WRITE));
        assertThat(readOnce(fifo)).isEqualTo("hi");
        int flags = Fcntl.O_WRONLY | Fcntl.O_NONBLOCK;
        int result = LinuxKernel.INSTANCE.openat(errno, Fcntl.AT_FDCWD, name.address(), flags, 0);
        assertThat(Errno.ENXIO.is(result)).as("round " + i + ": " + result).isTrue();
        writer.get();
      }
    }
  }

  /** What a request finds in the kernel, see FileKind.fifo. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void descriptorOfFifoDoesNotBlock(boolean readerFirst) throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Call<UringFile> first =
        Call.startParked(() -> uring.openFile(fifo, readerFirst ? READ : WRITE));
    try (UringFile second = uring.openFile(fifo, readerFirst ? WRITE : READ);
        UringFile _ = first.value()) {
      assertThat(second.isOpen()).isTrue();
      assertThat(Descriptors.flags(fifo))
          .hasSize(2)
          .allMatch(flags -> (flags & Fcntl.O_NONBLOCK) != 0);
    }
  }

  @Test
  void writerThatWritesNothingEndsTheOpenAndTheReadSeesTheEnd() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    for (int i = 0; i < 200; i++) {
      Call<Integer> read =
          Call.startParked(
              () -> {
                try (UringFile reader = uring.openFile(fifo, READ)) {
                  return reader.read(ByteBuffer.allocate(1), 0);
                }
              });
      FileChannel.open(fifo, WRITE).close();
      assertThat(read.value()).isEqualTo(-1);
    }
  }

  @Test
  void manyPairsMeetAtOnce() throws Exception {
    List<Path> fifos = Fifos.make(directory, 300);
    List<Call<String>> readers = new ArrayList<>();
    List<Call<Void>> writers = new ArrayList<>();
    for (int i = 0; i < fifos.size(); i++) {
      Path fifo = fifos.get(i);
      String text = "number " + i;
      if (i % 2 == 0) {
        writers.add(Call.start(() -> writeOnce(fifo, text)));
      }
      readers.add(Call.start(() -> readOnce(fifo)));
      if (i % 2 == 1) {
        writers.add(Call.start(() -> writeOnce(fifo, text)));
      }
    }
    for (int i = 0; i < fifos.size(); i++) {
      writers.get(i).value();
      assertThat(readers.get(i).value()).isEqualTo("number " + i);
    }
  }

  /**
   * More opens wait than a small ring has room for, and each writer writes only once it is read.
   */
  @Test
  void openForReadingEndsWithTheWritersOpenOnSmallRingToo() throws Exception {
    List<Path> fifos = Fifos.make(directory, 20);
    UringOptions small = engine.options().toBuilder().entries(2).build();
    List<FileChannel> writers = new ArrayList<>();
    try (Uring smallRing = Uring.open(small)) {
      List<Call<UringFile>> opens = new ArrayList<>();
      for (Path fifo : fifos) {
        opens.add(Call.startParked(() -> smallRing.openFile(fifo, READ)));
      }
      try {
        for (Path fifo : fifos) {
          Call<FileChannel> writer = Call.start(On.PLATFORM, () -> FileChannel.open(fifo, WRITE));
          writers.add(writer.value());
        }
        for (Call<UringFile> open : opens) {
          open.value().close();
        }
      } finally {
        opens.forEach(Call::interrupt);
        for (FileChannel writer : writers) {
          writer.close();
        }
      }
    }
  }

  private Process sh(Path fifo, String script) throws IOException {
    Process process =
        new ProcessBuilder("sh", "-c", script, fifo.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    processes.add(process);
    return process;
  }

  private Void writeOnce(Path fifo, String text) throws IOException {
    try (UringFile writer = uring.openFile(fifo, WRITE)) {
      writer.writeFully(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    }
    return null;
  }

  private String readOnce(Path fifo) throws IOException {
    try (UringFile reader = uring.openFile(fifo, READ)) {
      return readToEnd(reader);
    }
  }

  private String exchange(Path fifo, String text) throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    Call<String> reader =
        Call.start(
            () -> {
              started.countDown();
              return readOnce(fifo);
            });
    started.await();
    writeOnce(fifo, text);
    return reader.value();
  }

  private static String readToEnd(UringFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(1024);
    int n = 0;
    while (n >= 0) {
      n = file.read(bytes, 0);
    }
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
  }
}
