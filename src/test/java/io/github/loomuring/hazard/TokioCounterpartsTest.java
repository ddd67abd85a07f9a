package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Tokio tests of its io_uring files, and where it is tested here. Tests without a class are in
 * this one.
 *
 * <pre>
 * fs_uring            shutdown_runtime_while_performing_io_uring_ops  ringClosesUnderEndlessOpens
 *                     open_many_files                                 tenThousandOpensOfManyFiles
 *                     cancel_op_future                                CancelHazardTest
 * fs_uring_cancel_open  file_descriptors_are_closed_when_...          FifoOpenHazardTest
 *                                                  #manyInterruptedOpensLeakNoDescriptor
 * fs_uring_completed_then_dropped  uring_completed_then_dropped       FifoOpenHazardTest
 *                                       #interruptRacingWithTheOtherSideLeaksNoDescriptor
 *                                  and internal.op.AbandonedOpenTest
 * fs_uring_runtime_shutdown        (128 cancelled opens)              RingCloseHazardTest
 *                                           #closeEndsOpensThatWaitForTheOtherSide
 * fs_uring_statx_fd_leak  internal.op.AbandonedOpenTest#descriptorOfAnOpenThatFailsLaterIsClosed
 * fs_uring_file_read  read, read_exact, read_to_end, to_string, empty, large, custom_buf_size,
 *                     partial_buf, smaller and bigger buf, larger_than_max
 *                                                                     filesOfEverySizeAreReadWhole
 *                     read_after_write, write_then_read               FileModelTest
 *                     read_cancel                                     CancelHazardTest
 *                     read_concurrent                                 hundredFilesAreReadAtOnce
 *                     multi_runtime                                   twoRingsUseOneFile
 *                     shutdown_runtime_with_pending_reads             RingCloseHazardTest
 *                     read_from_std                                   LeakCheck (lazy shared ring)
 *                     seek, seek_back                                 none: there is no position
 * fs_uring_read       read_many_files                                 tenThousandReadsOfManyFiles
 *                     read_small_large_files                          filesOfEverySizeAreReadWhole
 * fs_uring_statx      stat_many_files                                 tenThousandSizes
 *                     nonexistent, permission_denied, loop, too_long  OpenContract
 * fs_uring_rename     none: there is no rename yet
 * </pre>
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TokioCounterpartsTest {
  @TempDir Path directory;

  private interface Use {
    void of(int number, Path path) throws Exception;
  }

  /** Uses one of the files in each of 10,000 virtual threads, at most 1,000 at once. */
  private static void tenThousandTimes(List<Path> files, Use use) throws Exception {
    Semaphore atOnce = new Semaphore(1_000);
    List<Call<Void>> calls = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      int number = i % files.size();
      calls.add(
          Call.start(
              () -> {
                atOnce.acquire();
                try {
                  use.of(number, files.get(number));
                } finally {
                  atOnce.release();
                }
                return null;
              }));
    }
    for (Call<Void> call : calls) {
      call.value();
    }
  }

  private List<Path> files(int count, int bytes) throws Exception {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      files.add(Files.write(directory.resolve("file" + i), content(i, bytes)));
    }
    return files;
  }

  private static byte[] content(int number, int bytes) {
    byte[] content = new byte[bytes];
    new Random(number).nextBytes(content);
    return content;
  }

  @ParameterizedTest
  @EnumSource(names = {"RING", "RING_NOTHING_INLINE"})
  void tenThousandOpensOfManyFiles(Engines engine) throws Exception {
    List<Path> files = files(512, 1);
    try (Uring uring = engine.open()) {
      tenThousandTimes(files, (number, path) -> uring.openFile(path, READ).close());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RING", "RING_NOTHING_INLINE"})
  void tenThousandReadsOfManyFiles(Engines engine) throws Exception {
    List<Path> files = files(512, 1_023);
    try (Uring uring = engine.open()) {
      tenThousandTimes(
          files,
          (number, path) -> {
            try (UringFile file = uring.openFile(path, READ)) {
              ByteBuffer dst = ByteBuffer.allocate(2_000);
              assertThat(file.read(dst, 0)).isEqualTo(1_023);
              assertThat(Arrays.copyOf(dst.array(), 1_023)).isEqualTo(content(number, 1_023));
            }
          });
    }
  }

  @Test
  void tenThousandSizes() throws Exception {
    List<Path> files = files(64, 5_000);
    try (Uring uring = Engines.RING_NOTHING_INLINE.open()) {
      tenThousandTimes(
          files,
          (number, path) -> {
            try (UringFile file = uring.openFile(path, READ)) {
              assertThat(file.size()).isEqualTo(5_000);
            }
          });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 20, 64, 100, 4_096, 5_000, 100_000, 3 << 20, (4 << 20) + 1_000})
  void filesOfEverySizeAreReadWhole(int bytes) throws Exception {
    byte[] content = content(bytes, bytes);
    Path path = Files.write(directory.resolve("file"), content);
    try (Uring uring = Engines.RING_NOTHING_INLINE.open();
        UringFile file = uring.openFile(path, READ)) {
      for (int capacity : new int[] {1_000, bytes + 1, 2 << 20, 5 << 20}) {
        ByteBuffer all = ByteBuffer.allocate(bytes + 1);
        ByteBuffer piece = ByteBuffer.allocate(capacity);
        while (file.read(piece.clear(), all.position()) > 0) {
          all.put(piece.flip());
        }
        assertThat(Arrays.copyOf(all.array(), all.position())).isEqualTo(content);
      }
    }
  }

  @Test
  void hundredFilesAreReadAtOnce() throws Exception {
    List<Path> files = files(100, 70_000);
    try (Uring uring = Engines.RING_NOTHING_INLINE.open()) {
      List<Call<byte[]>> reads = new ArrayList<>();
      for (Path path : files) {
        reads.add(
            Call.start(
                () -> {
                  try (UringFile file = uring.openFile(path, READ)) {
                    ByteBuffer dst = ByteBuffer.allocate(70_000);
                    file.readFully(dst, 0);
                    return dst.array();
                  }
                }));
      }
      for (int i = 0; i < files.size(); i++) {
        assertThat(reads.get(i).value()).isEqualTo(content(i, 70_000));
      }
    }
  }

  @Test
  void twoRingsUseOneFile() throws Exception {
    Path path = Files.createFile(directory.resolve("file"));
    try (Uring one = Engines.RING_NOTHING_INLINE.open();
        Uring other = Engines.RING_NOTHING_INLINE.open();
        UringFile writer = one.openFile(path, WRITE);
        UringFile reader = other.openFile(path, READ)) {
      writer.write(ByteBuffer.wrap("both".getBytes(StandardCharsets.UTF_8)), 0);
      ByteBuffer dst = ByteBuffer.allocate(4);
      assertThat(reader.read(dst, 0)).isEqualTo(4);
      assertThat(new String(dst.array(), StandardCharsets.UTF_8)).isEqualTo("both");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 64, 256})
  void ringClosesUnderEndlessOpens(int threads) throws Exception {
    List<Path> files = files(16, 1);
    Path fifo = Fifos.make(directory.resolve("fifo"));
    Uring uring = Engines.RING_NOTHING_INLINE.open();
    List<Call<Void>> openers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      openers.add(
          Call.start(
              () -> {
                for (; ; ) {
                  int any = ThreadLocalRandom.current().nextInt(files.size() + 1);
                  uring.openFile(any == files.size() ? fifo : files.get(any), READ).close();
                }
              }));
    }
    openers.getFirst().thread().join(java.time.Duration.ofMillis(20)); // let them run a while
    uring.close();
    for (Call<Void> opener : openers) {
      assertThat(opener.failure()).isInstanceOf(ClosedChannelException.class);
    }
  }
}
