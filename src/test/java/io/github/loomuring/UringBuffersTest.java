package io.github.loomuring;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Who has a buffer and for how long, and what is no longer allowed then. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UringBuffersTest {
  private static final byte[] TEXT = "0123456789".getBytes();

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private Path path;

  @BeforeEach
  void openEngine() throws IOException {
    uring = engine.open();
    path = Files.write(directory.resolve("file"), TEXT);
  }

  @AfterEach
  void closeEngine() {
    uring.close();
  }

  private static void assertMisuse(String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(message);
  }

  /** A call in a virtual thread. */
  private static final class Call<T> {
    final FutureTask<T> task;
    final Thread thread;

    Call(Callable<T> work) {
      task = new FutureTask<>(work);
      thread = Thread.ofVirtual().start(task);
    }

    Throwable failure() throws Exception {
      try {
        throw new AssertionError("no failure but " + task.get());
      } catch (ExecutionException e) {
        return e.getCause();
      }
    }
  }

  // ---- leases

  @Test
  void eachLeaseIsOfMemoryOfItsOwn() throws IOException {
    try (UringBuffers buffers = uring.buffers(3, 5_000)) {
      assertThat(buffers.count()).isEqualTo(3);
      assertThat(buffers.bytes()).isEqualTo(5_000);
      assertThat(buffers.idle()).isEqualTo(3);
      List<UringBuffers.Lease> leases = new ArrayList<>();
      for (byte i = 0; i < 3; i++) {
        UringBuffers.Lease lease = i == 1 ? buffers.lease() : buffers.tryLease().orElseThrow();
        leases.add(lease);
        assertThat(lease.segment().byteSize()).isEqualTo(5_000);
        assertThat(lease.segment().address() % 4_096).isZero();
        assertThat(lease.buffer().isDirect()).isTrue();
        assertThat(lease.buffer().remaining()).isEqualTo(5_000);
        assertThat(lease.segment()).isSameAs(lease.segment());
        assertThat(lease.buffer()).isSameAs(lease.buffer());
        lease.segment().fill(i);
      }
      assertThat(buffers.idle()).isZero();
      assertThat(buffers.tryLease()).isEmpty();
      for (byte i = 0; i < 3; i++) {
        byte[] own = new byte[5_000];
        java.util.Arrays.fill(own, i);
        assertThat(leases.get(i).segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(own);
        assertThat(leases.get(i).buffer()).isEqualTo(ByteBuffer.wrap(own));
      }
      leases.forEach(UringBuffers.Lease::close);
      assertThat(buffers.idle()).isEqualTo(3);
    }
  }

  @Test
  void kernelKnowsTheMemoryIfThereIsARing() throws IOException {
    try (UringBuffers buffers = uring.buffers(2, 4_096)) {
      assertThat(buffers.isRegistered()).as(buffers.toString()).isEqualTo(engine.isRing());
      assertThat(buffers)
          .hasToString(
              "UringBuffers[count=2, bytes=4096, "
                  + (engine.isRing() ? "registered]" : "not registered: there is no io_uring]"));
    }
  }

  @Test
  void leaseSaysWhichBufferItIsOfAndWhetherItWasReturned() throws IOException {
    try (UringBuffers buffers = uring.buffers(1, 10)) {
      UringBuffers.Lease lease = buffers.lease();
      assertThat(lease).hasToString("Lease of buffer 0 of " + buffers);
      lease.close();
      assertThat(lease).hasToString("Lease of buffer 0 of " + buffers + ", returned");
    }
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    for (int count : new int[] {0, -1, Integer.MIN_VALUE, (1 << 20) + 1, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> uring.buffers(count, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("count=" + count + " is not from 1 to 1048576");
    }
    for (int bytes : new int[] {0, -1, Integer.MIN_VALUE, (1 << 30) + 1, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> uring.buffers(1, bytes))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("bytes=" + bytes + " is not from 1 to 1073741824");
    }
  }

  @Test
  void moreMemoryThanThereIsIsReportedAndNothingRemains() throws IOException {
    assertThatThrownBy(() -> uring.buffers(1 << 20, 1 << 30)).isInstanceOf(OutOfMemoryError.class);
    try (UringBuffers buffers = uring.buffers(1, 1)) {
      assertThat(buffers.isRegistered()).isEqualTo(engine.isRing());
    }
  }

  // ---- misuse

  @Test
  void secondReturnIsRefused() throws IOException {
    try (UringBuffers buffers = uring.buffers(1, 10)) {
      UringBuffers.Lease first = buffers.lease();
      first.close();
      assertMisuse("buffer 0 of UringBuffers[count=1", first::close);
      assertThat(buffers.idle()).isEqualTo(1);
      try (UringBuffers.Lease second = buffers.lease()) {
        assertMisuse("was returned before", first::close);
        assertThat(buffers.idle()).isZero();
        assertThat(second.segment().byteSize()).isEqualTo(10);
      }
      assertMisuse("was returned before", first::close);
    }
  }

  @Test
  void useAfterReturnIsRefused() throws IOException {
    try (UringBuffers buffers = uring.buffers(2, 10);
        UringBuffers.Lease other = buffers.lease();
        UringFile file = uring.openFile(path, READ, WRITE)) {
      UringBuffers.Lease lease = buffers.lease();
      MemorySegment segment = lease.segment();
      ByteBuffer buffer = lease.buffer();
      ByteBuffer[] both = {other.buffer(), buffer};
      List<Range> ranges = List.of(new Range(other.buffer(), 0), new Range(buffer.slice(3, 2), 1));
      segment.fill((byte) 'x');
      lease.close();
      assertMisuse("buffer 1 of UringBuffers", lease::segment);
      assertMisuse("was returned", lease::buffer);
      String message = "buffer 1 of " + buffers + " is used though it is not leased";
      assertMisuse(message, () -> file.read(segment, 0));
      assertMisuse(message, () -> file.read(segment.asSlice(9, 1), 0));
      assertMisuse(message, () -> file.read(buffer, 0));
      assertMisuse(message, () -> file.readFully(buffer, 0));
      assertMisuse(message, () -> file.read(both, 0));
      assertMisuse(message, () -> file.readRanges(ranges));
      assertMisuse(message, () -> file.write(segment, 0));
      assertMisuse(message, () -> file.write(buffer.duplicate().position(5), 0));
      assertMisuse(message, () -> file.write(buffer.asReadOnlyBuffer(), 0));
      assertMisuse(message, () -> file.append(buffer));
      assertMisuse(message, () -> file.write(both, 0));
      assertThat(buffer.position()).isZero();
      assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).containsOnly('x');
      assertThat(path).hasBinaryContent(TEXT);
      // Nothing of that counts as use: all can be leased and returned again.
      buffers.lease().close();
    }
  }

  @Test
  void returnDuringAReadIsRefused() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    try (UringBuffers buffers = uring.buffers(1, 10);
        UringBuffers.Lease lease = buffers.lease();
        UringFile file = uring.openFile(fifo, READ, WRITE)) {
      checkReturn(buffers, lease, file, () -> file.read(lease.buffer().slice(5, 3), 0));
      checkReturn(buffers, lease, file, () -> (int) file.read(lease.segment(), 0));
      ByteBuffer[] several = {ByteBuffer.allocate(1), lease.buffer().slice(8, 2)};
      checkReturn(buffers, lease, file, () -> (int) file.read(several, 0));
      List<Range> ranges = List.of(new Range(lease.buffer().slice(0, 3), 0));
      checkReturn(buffers, lease, file, () -> file.readRanges(ranges).getFirst().bytesOrThrow());
    }
  }

  /** Has {@code read} wait for three bytes of {@code file}, and tries to return its buffer. */
  private static void checkReturn(
      UringBuffers buffers, UringBuffers.Lease lease, UringFile file, Callable<Integer> read)
      throws Exception {
    Call<Integer> call = new Call<>(read);
    Waiting.untilParked(call.thread);
    assertMisuse("cannot be returned while operations use it: inFlight=1", lease::close);
    assertMisuse("leased=1", buffers::close);
    assertThat(buffers.idle()).isZero();
    assertThat(lease.segment().byteSize()).isEqualTo(10); // it is still leased
    file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
    assertThat(call.task.get()).isEqualTo(3);
    call.thread.join();
  }

  @Test
  void bufferCanBeReturnedOnceAReadWasInterrupted() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    try (UringBuffers buffers = uring.buffers(1, 10);
        UringFile file = uring.openFile(fifo, READ, WRITE)) {
      UringBuffers.Lease lease = buffers.lease();
      Call<Integer> call = new Call<>(() -> file.read(lease.buffer(), 0));
      Waiting.untilParked(call.thread);
      call.thread.interrupt();
      if (engine.isRing()) {
        assertThat(call.failure()).isInstanceOf(InterruptedIOException.class);
      } else {
        file.write(ByteBuffer.wrap(TEXT), 0); // the pool waits for what has started
        call.thread.join();
        if (call.task.state() == Future.State.FAILED) { // it had not
          assertThat(call.failure()).isInstanceOf(InterruptedIOException.class);
        }
      }
      lease.close();
    }
  }

  // ---- waiting

  @Test
  void leaseWaitsUntilABufferIsReturned() throws Exception {
    try (UringBuffers buffers = uring.buffers(1, 10)) {
      UringBuffers.Lease lease = buffers.lease();
      List<Call<Long>> waiting = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        waiting.add(new Call<>(() -> addressOfLease(buffers)));
      }
      for (Call<Long> call : waiting) {
        Waiting.untilParked(call.thread);
      }
      long address = lease.segment().address();
      lease.close();
      for (Call<Long> call : waiting) {
        assertThat(call.task.get()).isEqualTo(address);
        call.thread.join();
      }
    }
  }

  private static long addressOfLease(UringBuffers buffers) throws IOException {
    try (UringBuffers.Lease lease = buffers.lease()) {
      return lease.segment().address();
    }
  }

  @Test
  void interruptEndsTheWait() throws Exception {
    try (UringBuffers buffers = uring.buffers(1, 10)) {
      Call<Boolean> interruptedBefore =
          new Call<>(
              () -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(buffers::lease).isInstanceOf(InterruptedIOException.class);
                assertThat(buffers.idle()).isEqualTo(1);
                buffers.tryLease().orElseThrow().close();
                return Thread.interrupted();
              });
      assertThat(interruptedBefore.task.get()).isTrue();
      UringBuffers.Lease lease = buffers.lease();
      Call<Boolean> interrupted =
          new Call<>(
              () -> {
                assertThatThrownBy(buffers::lease)
                    .isInstanceOf(InterruptedIOException.class)
                    .hasMessageContaining("UringBuffers[count=1");
                return Thread.currentThread().isInterrupted();
              });
      Waiting.untilParked(interrupted.thread);
      interrupted.thread.interrupt();
      assertThat(interrupted.task.get()).isTrue();
      lease.close();
      assertThat(buffers.idle()).isEqualTo(1);
    }
  }

  @Test
  void deadlineEndsTheWait() throws Exception {
    try (UringBuffers buffers = uring.buffers(1, 10)) {
      Deadline.within(
          Duration.ZERO,
          () -> {
            assertThatThrownBy(buffers::lease).isInstanceOf(FileTimeoutException.class);
            buffers.tryLease().orElseThrow().close();
          });
      try (UringBuffers.Lease lease = buffers.lease()) {
        assertThat(lease.segment().byteSize()).isEqualTo(10);
        long begun = System.nanoTime();
        assertThatThrownBy(() -> Deadline.within(Duration.ofMillis(50), () -> buffers.lease()))
            .isInstanceOf(FileTimeoutException.class)
            .hasMessageContaining("UringBuffers[count=1");
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(50_000_000L);
      }
      assertThat(Deadline.within(Duration.ofMinutes(1), () -> addressOfLease(buffers)))
          .isPositive();
    }
  }

  // ---- closing

  @Test
  void closingWhileABufferIsLeasedIsRefusedAndChangesNothing() throws IOException {
    UringBuffers buffers = uring.buffers(2, 10);
    UringBuffers.Lease lease = buffers.lease();
    assertMisuse("leased=1", buffers::close);
    buffers.lease().close();
    assertThat(buffers.isRegistered()).isEqualTo(engine.isRing());
    lease.close();
    buffers.close();
    buffers.close();
    assertMisuse("is closed", buffers::lease);
    assertMisuse("is closed", buffers::tryLease);
    assertMisuse("was returned before", lease::close);
  }

  @Test
  void memoryOfClosedBuffersStaysAndIsLikeAnyOther() throws IOException {
    UringBuffers buffers = uring.buffers(1, 10);
    MemorySegment segment;
    ByteBuffer buffer;
    try (UringBuffers.Lease lease = buffers.lease()) {
      segment = lease.segment();
      buffer = lease.buffer();
    }
    buffers.close();
    System.gc();
    segment.fill((byte) 7);
    assertThat(buffer.get(9)).isEqualTo((byte) 7);
    try (UringFile file = uring.openFile(path)) {
      assertThat(file.read(segment, 0)).isEqualTo(10);
    }
    assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(TEXT);
  }

  @Test
  void buffersOfAClosedUringCanBeReturned() throws Exception {
    UringBuffers buffers = uring.buffers(1, 10);
    UringBuffers idle = uring.buffers(1, 10);
    UringBuffers.Lease lease = buffers.lease();
    Call<UringBuffers.Lease> waiting = new Call<>(buffers::lease);
    Waiting.untilParked(waiting.thread);
    uring.close();
    assertThat(waiting.failure()).isInstanceOf(AsynchronousCloseException.class);
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          buffers::lease, buffers::tryLease, idle::lease, () -> uring.buffers(1, 1)
        }) {
      assertThatThrownBy(call)
          .isInstanceOf(ClosedChannelException.class)
          .isNotInstanceOf(AsynchronousCloseException.class);
    }
    lease.segment().fill((byte) 1);
    assertThat(lease.buffer().get(9)).isEqualTo((byte) 1);
    assertMisuse("leased=1", buffers::close);
    lease.close();
    assertMisuse("was returned before", lease::close);
    buffers.close();
    idle.close();
    assertMisuse("is closed", buffers::lease);
  }

  @Test
  void closingTheUringEndsAReadIntoALeasedBuffer() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    UringFile file = uring.openFile(fifo, READ, WRITE);
    UringBuffers buffers = uring.buffers(1, 10);
    UringBuffers.Lease lease = buffers.lease();
    Call<Integer> call = new Call<>(() -> file.read(lease.buffer(), 0));
    Waiting.untilParked(call.thread);
    uring.close();
    assertThat(call.failure()).isInstanceOf(AsynchronousCloseException.class);
    lease.close();
    buffers.close();
    file.close();
  }
}
