package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.ExtendedOptions;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that go to and from leased buffers, by way of every view of their memory. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UringBuffersTransferTest {
  private static final int FILE_BYTES = 100_000;

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private Path path;
  private byte[] content;

  @BeforeEach
  void openEngine() throws IOException {
    uring = engine.open();
    content = random(FILE_BYTES, 1);
    path = Files.write(directory.resolve("file"), content);
  }

  @AfterEach
  void closeEngine() {
    uring.close();
  }

  private static byte[] random(int bytes, long seed) {
    byte[] random = new byte[bytes];
    new Random(seed).nextBytes(random);
    return random;
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  private byte[] fileBytes(int from, int to) {
    return Arrays.copyOfRange(content, from, to);
  }

  @Test
  void wholeBuffersAreReadAndWritten() throws IOException {
    try (UringBuffers buffers = uring.buffers(4, 20_000);
        UringFile file = uring.openFile(path, READ, WRITE)) {
      for (int i = 0; i < 10; i++) {
        try (UringBuffers.Lease lease = buffers.lease();
            UringBuffers.Lease other = buffers.lease()) {
          int at = 777 * i;
          file.readFully(lease.buffer(), at);
          assertThat(bytes(lease.segment())).isEqualTo(fileBytes(at, at + 20_000));
          file.readFully(other.segment(), at + 5);
          assertThat(bytes(other.segment())).isEqualTo(fileBytes(at + 5, at + 20_005));
          file.writeFully(lease.buffer().flip(), 200_000);
          file.writeFully(other.segment(), 220_000);
          ByteBuffer back = ByteBuffer.allocate(40_000);
          file.readFully(back, 200_000);
          assertThat(Arrays.copyOf(back.array(), 20_000)).isEqualTo(fileBytes(at, at + 20_000));
          assertThat(Arrays.copyOfRange(back.array(), 20_000, 40_000))
              .isEqualTo(fileBytes(at + 5, at + 20_005));
        }
      }
    }
  }

  @Test
  void viewsOfABufferMoveTheirBytesOnly() throws IOException {
    try (UringBuffers buffers = uring.buffers(3, 10_000);
        UringBuffers.Lease first = buffers.lease();
        UringBuffers.Lease lease = buffers.lease();
        UringFile file = uring.openFile(path, READ, WRITE)) {
      ByteBuffer buffer = lease.buffer();
      MemorySegment segment = lease.segment();
      segment.fill((byte) 0);
      first.segment().fill((byte) 0);
      assertThat(file.read(segment.asSlice(4_095, 3), 10)).isEqualTo(3);
      assertThat(file.read(buffer.slice(1, 7).position(2), 20)).isEqualTo(5);
      ByteBuffer duplicate = buffer.duplicate().position(9_999);
      assertThat(file.read(duplicate, 30)).isEqualTo(1);
      assertThat(duplicate.hasRemaining()).isFalse();
      assertThat(buffer.position()).isZero();
      byte[] expected = new byte[10_000];
      System.arraycopy(content, 10, expected, 4_095, 3);
      System.arraycopy(content, 20, expected, 3, 5);
      System.arraycopy(content, 30, expected, 9_999, 1);
      assertThat(bytes(segment)).isEqualTo(expected);
      assertThat(bytes(first.segment())).containsOnly(0);
      ByteBuffer readOnly = buffer.asReadOnlyBuffer().position(4_000).limit(4_100).slice();
      assertThat(file.write(readOnly, 50)).isEqualTo(100);
      System.arraycopy(expected, 4_000, content, 50, 100);
      assertThat(file.write(segment.asReadOnly().asSlice(1, 9), 3)).isEqualTo(9);
      System.arraycopy(expected, 1, content, 3, 9);
      assertThatThrownBy(() -> file.read(buffer.asReadOnlyBuffer(), 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(path).hasBinaryContent(content);
  }

  @Test
  void endOfTheFileIsTheSameAsInOtherBuffers() throws IOException {
    try (UringBuffers buffers = uring.buffers(1, 10);
        UringBuffers.Lease lease = buffers.lease();
        UringFile file = uring.openFile(path)) {
      assertThat(file.read(lease.buffer(), FILE_BYTES)).isEqualTo(-1);
      assertThat(file.read(lease.segment(), FILE_BYTES)).isEqualTo(-1);
      assertThat(file.read(lease.buffer(), FILE_BYTES - 4)).isEqualTo(4);
      assertThat(lease.buffer().position()).isEqualTo(4);
      assertThat(file.read(lease.segment().asSlice(3, 0), 0)).isZero();
    }
  }

  @Test
  void appendsAndManyBuffersAndRangesWork() throws IOException {
    try (UringBuffers buffers = uring.buffers(2, 100);
        UringBuffers.Lease one = buffers.lease();
        UringBuffers.Lease two = buffers.lease();
        UringFile file = uring.openFile(path, READ, WRITE)) {
      ByteBuffer heap = ByteBuffer.allocate(50);
      assertThat(file.read(new ByteBuffer[] {one.buffer(), heap, two.buffer()}, 7)).isEqualTo(250);
      assertThat(bytes(one.segment())).isEqualTo(fileBytes(7, 107));
      assertThat(heap.array()).isEqualTo(fileBytes(107, 157));
      assertThat(bytes(two.segment())).isEqualTo(fileBytes(157, 257));
      List<Range> ranges =
          List.of(
              new Range(two.buffer().flip(), 1_000),
              new Range(one.buffer().slice(0, 60), 2_000),
              new Range(one.buffer().slice(60, 40), 3_000),
              new Range(heap.flip(), 4_000));
      assertThat(file.readRanges(ranges))
          .extracting(Range.Outcome::bytes)
          .containsExactly(100, 60, 40, 50);
      assertThat(bytes(two.segment())).isEqualTo(fileBytes(1_000, 1_100));
      assertThat(bytes(one.segment().asSlice(0, 60))).isEqualTo(fileBytes(2_000, 2_060));
      assertThat(bytes(one.segment().asSlice(60))).isEqualTo(fileBytes(3_000, 3_040));
      assertThat(file.append(two.buffer().flip())).isEqualTo(100);
      file.writeRanges(List.of(new Range(two.buffer().flip(), FILE_BYTES + 100)));
      assertThat(file.write(new ByteBuffer[] {two.buffer().flip()}, FILE_BYTES + 200))
          .isEqualTo(100);
    }
    byte[] expected = Arrays.copyOf(content, FILE_BYTES + 300);
    for (int i = 0; i < 3; i++) {
      System.arraycopy(content, 1_000, expected, FILE_BYTES + 100 * i, 100);
    }
    assertThat(path).hasBinaryContent(expected);
  }

  @Test
  void rangesWithABufferThatIsNotLeasedWriteNothing() throws IOException {
    try (UringBuffers buffers = uring.buffers(1, 100);
        UringFile file = uring.openFile(path, READ, WRITE)) {
      UringBuffers.Lease lease = buffers.lease();
      ByteBuffer returned = lease.buffer();
      lease.close();
      List<Range> ranges = List.of(new Range(ByteBuffer.allocate(50), 0), new Range(returned, 100));
      assertThatIllegalStateException().isThrownBy(() -> file.writeRanges(ranges));
      assertThat(ranges.getFirst().buffer().position()).isZero();
    }
    assertThat(path).hasBinaryContent(content);
  }

  @Test
  void directFilesTakeTheBuffersAsTheyAre() throws IOException {
    UringFile opened;
    try {
      opened = open(READ, WRITE, ExtendedOptions.DIRECT);
    } catch (FileSystemException e) {
      opened = Assumptions.abort("the file system of " + directory + " has no O_DIRECT: " + e);
    }
    try (UringFile file = opened;
        UringBuffers buffers = uring.buffers(2, 12_288);
        UringBuffers.Lease first = buffers.lease();
        UringBuffers.Lease lease = buffers.lease()) {
      first.segment().fill((byte) 0);
      lease.segment().fill((byte) 0);
      assertThat(file.read(lease.segment(), 4_096)).isEqualTo(12_288);
      assertThat(bytes(lease.segment())).isEqualTo(fileBytes(4_096, 16_384));
      assertThat(file.read(lease.buffer().slice(8_192, 4_096), 0)).isEqualTo(4_096);
      assertThat(bytes(lease.segment().asSlice(8_192))).isEqualTo(fileBytes(0, 4_096));
      assertThat(file.write(lease.buffer().slice(4_096, 8_192), 49_152)).isEqualTo(8_192);
      assertThat(bytes(first.segment())).containsOnly(0);
      System.arraycopy(content, 8_192, content, 49_152, 4_096);
      System.arraycopy(content, 0, content, 53_248, 4_096);
    }
    assertThat(path).hasBinaryContent(content);
  }

  private UringFile open(OpenOption... options) throws IOException {
    return uring.openFile(path, options);
  }

  @Test
  void pipesTakeLeasedBuffers() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    try (UringBuffers buffers = uring.buffers(2, 100);
        UringBuffers.Lease from = buffers.lease();
        UringBuffers.Lease to = buffers.lease();
        UringFile file = uring.openFile(fifo, READ, WRITE)) {
      from.segment().copyFrom(MemorySegment.ofArray(fileBytes(0, 100)));
      assertThat(file.write(from.segment(), 0)).isEqualTo(100);
      assertThat(file.read(to.segment(), 0)).isEqualTo(100);
      assertThat(bytes(to.segment())).isEqualTo(fileBytes(0, 100));
    }
  }

  @Test
  void severalSetsAndOtherMemoryDoNotMix() throws IOException {
    List<UringBuffers> sets = new ArrayList<>();
    try (UringFile file = uring.openFile(path)) {
      for (int i = 0; i < 20; i++) {
        sets.add(uring.buffers(1 + i % 3, 1_000 * (i + 1)));
        if (i % 4 == 3) {
          sets.remove(i / 4).close();
        }
        for (UringBuffers set : sets) {
          try (UringBuffers.Lease lease = set.lease()) {
            file.readFully(lease.buffer(), i);
            assertThat(bytes(lease.segment())).isEqualTo(fileBytes(i, i + set.bytes()));
          }
        }
        ByteBuffer other = ByteBuffer.allocateDirect(100);
        file.readFully(other, i);
        assertThat(other.flip()).isEqualTo(ByteBuffer.wrap(fileBytes(i, i + 100)));
      }
    }
    sets.forEach(UringBuffers::close);
  }

  @Test
  void buffersOfAnotherUringAreLikeAnyOthers() throws IOException {
    try (Uring other = engine.open();
        UringBuffers theirs = other.buffers(1, 1_000);
        UringBuffers ours = uring.buffers(1, 2_000);
        UringBuffers.Lease lease = theirs.lease();
        UringFile file = uring.openFile(path)) {
      assertThat(ours.idle()).isEqualTo(1);
      file.readFully(lease.segment(), 3);
      assertThat(bytes(lease.segment())).isEqualTo(fileBytes(3, 1_003));
    }
  }

  @Test
  void largeBuffersAndThoseOfManyPartsWork() throws IOException {
    int large = 20 << 20;
    byte[] much = random(large, 2);
    Files.write(path, much);
    try (UringBuffers buffers = uring.buffers(3, large);
        UringFile file = uring.openFile(path)) {
      List<UringBuffers.Lease> leases = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        leases.add(buffers.lease());
        file.readFully(leases.get(i).segment(), 0);
      }
      for (UringBuffers.Lease lease : leases) {
        assertThat(lease.segment().mismatch(MemorySegment.ofArray(much))).isEqualTo(-1);
        lease.close();
      }
    }
  }

  /** A return and a use that meet: one of them is refused, and the count of uses stays right. */
  @Test
  void returnsAndUsesMayRace() throws Exception {
    try (UringBuffers buffers = uring.buffers(1, 512);
        UringFile file = uring.openFile(path)) {
      MemorySegment segment;
      try (UringBuffers.Lease lease = buffers.lease()) {
        segment = lease.segment();
      }
      AtomicInteger refusedUses = new AtomicInteger();
      FutureTask<Integer> user =
          new FutureTask<>(
              () -> {
                int uses = 0;
                while (uses < 200) {
                  try {
                    file.read(segment, 0);
                    uses++;
                  } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining("is not leased");
                    refusedUses.incrementAndGet();
                  }
                }
                return uses;
              });
      Thread.ofPlatform().daemon().start(user);
      Waiting.until("a use to be refused", () -> refusedUses.get() > 0);
      while (!user.isDone()) {
        UringBuffers.Lease lease = buffers.lease();
        for (boolean returned = false; !returned; ) {
          try {
            lease.close();
            returned = true;
          } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("inFlight=1");
          }
        }
      }
      assertThat(user.get()).isEqualTo(200);
      assertThat(buffers.idle()).isEqualTo(1);
    }
  }

  /** Each has a buffer for itself, whatever ends the waits of others. */
  @Test
  void manyThreadsShareAFewBuffers() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    AtomicInteger ended = new AtomicInteger();
    try (UringBuffers buffers = uring.buffers(3, 4_096);
        UringFile file = uring.openFile(path, READ, WRITE)) {
      List<FutureTask<Void>> tasks = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        int number = i;
        long ownSeed = random.nextLong();
        FutureTask<Void> task =
            new FutureTask<>(
                () -> {
                  ended.addAndGet(leaseAgainAndAgain(buffers, file, number, ownSeed));
                  return null;
                });
        tasks.add(task);
        threads.add(Thread.ofVirtual().start(task));
      }
      for (int i = 0; i < 300; i++) {
        threads.get(random.nextInt(threads.size())).interrupt();
        Thread.sleep(0, 200_000);
      }
      for (FutureTask<Void> task : tasks) {
        task.get();
      }
      assertThat(buffers.idle()).isEqualTo(3);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed=" + seed, e);
    }
    assertThat(ended).hasValueGreaterThan(0);
  }

  /** How many waits were ended by an interrupt or a deadline. */
  private static int leaseAgainAndAgain(UringBuffers buffers, UringFile file, int number, long seed)
      throws IOException {
    Random random = new Random(seed);
    int ended = 0;
    for (int i = 0; i < 30; i++) {
      try {
        if (random.nextInt(4) == 0) {
          Deadline.within(
              Duration.ofNanos(random.nextInt(2_000_000)), () -> writeOwn(buffers, file, number));
        } else {
          writeOwn(buffers, file, number);
        }
      } catch (FileTimeoutException e) {
        ended++;
      } catch (InterruptedIOException e) {
        ended++;
        assertThat(Thread.interrupted()).isTrue();
      }
    }
    return ended;
  }

  private static void writeOwn(UringBuffers buffers, UringFile file, int number)
      throws IOException {
    try (UringBuffers.Lease lease = buffers.lease()) {
      MemorySegment own = lease.segment().asSlice(0, 512);
      own.fill((byte) number);
      file.writeFully(own, 200_000L + 512 * number);
      Thread.yield();
      assertThat(bytes(own)).containsOnly(number);
      own.fill((byte) -1);
      file.readFully(own, 200_000L + 512 * number);
      assertThat(bytes(own)).containsOnly(number);
    }
  }
}
