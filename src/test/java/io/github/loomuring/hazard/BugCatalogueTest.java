package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bugs that io_uring bindings for Java have had, by class, and where they are tested for here.
 * Classes named op and ring are in packages of internals, on a simulated kernel.
 *
 * <pre>
 *  1 memory or result after an interrupt     CancelHazardTest, InterruptStormHazardTest,
 *                                            FrozenFileSystemHazardTest, op.CancelFaultTest
 *  2 close with operations in flight         CloseHazardTest, RingCloseHazardTest,
 *                                            FrozenFileSystemHazardTest
 *  3 CQE before its request is registered    completionsThatComeAtOnceFindTheirCallers
 *  4 submission queue without a lock         everyRequest... of ring.RingTest,
 *                                            completionsThatComeAtOnceFindTheirCallers
 *  5 full queues                             SmallRingHazardTest, op.CompletionFaultTest
 *                                            #completionsThatOverflowAreFetched
 *  6 SQEs left behind by an error            op.EnterFaultTest
 *  7 errno                                   SignalStormHazardTest (EINTR), op.EnterFaultTest
 *                                            (EAGAIN, EBUSY), environment.FallbackTest (EPERM)
 *  8 flags narrowed, options lost            ring.RingMemoryTest#flagsAreGivenUpOneByOne,
 *                                            OpenContract#descriptorHasNoFlagButThoseAskedFor
 *  9 32-bit offsets and lengths              LargeTransferTest
 * 10 buffer arithmetic                       UringFileContract, MemorySegmentTest, BadInputTest
 * 11 short transfers, errors swallowed       EndOfFileHazardTest, environment.LimitsTest,
 *                                            UringFileContract#fullDeviceSaysSo
 * 12 ids used twice                          op.CompletionFaultTest
 *                                            #secondCompletionOfARequestDoesNot...
 * 13 reaper killed by an exception           ring.RingTest
 *                                            #completionThatCannotBeDeliveredDoes...
 * 14 counters that wrap                      op.CompletionFaultTest#countersMayWrap
 * 15 CPU when idle                           IdleHazardTest#idleReaperUsesNoCpuForTwoSeconds
 * 16 GC held up by a blocked call            IdleHazardTest
 *                                            #parkedReaperDoesNotHoldUpTheGarbageCollector
 * 17 descriptors lost or mixed up            CloseHazardTest#noReadEverTouchesTheWrongFile,
 *                                            FifoOpenHazardTest, op.AbandonedOpenTest
 * </pre>
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BugCatalogueTest {
  @TempDir Path directory;

  /** Reads of cached bytes complete within the submission, before it has returned. */
  @Test
  void completionsThatComeAtOnceFindTheirCallers() throws Exception {
    Random random = Hazards.random("completionsThatComeAtOnceFindTheirCallers");
    byte[] content = new byte[1 << 20];
    random.nextBytes(content);
    Path path = Files.write(directory.resolve("file"), content);
    try (Uring uring = Engines.RING_NOTHING_INLINE.open();
        UringFile file = uring.openFile(path, READ)) {
      List<Call<Void>> callers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        Random own = new Random(random.nextLong());
        Call.On on = i % 8 == 0 ? Call.On.PLATFORM : Call.On.VIRTUAL;
        callers.add(Call.start(on, () -> readAtRandom(file, own, ByteBuffer.wrap(content))));
      }
      for (Call<Void> caller : callers) {
        caller.value();
      }
    }
  }

  private static Void readAtRandom(UringFile file, Random random, ByteBuffer content)
      throws Exception {
    ByteBuffer dst = ByteBuffer.allocateDirect(64);
    for (int i = 0; i < 500; i++) {
      int offset = random.nextInt(content.capacity() - 64);
      assertThat(file.read(dst.clear(), offset)).isEqualTo(64);
      assertThat(dst.flip()).isEqualTo(content.slice(offset, 64));
    }
    return null;
  }
}
