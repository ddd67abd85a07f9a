package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.RWF_APPEND;
import static io.github.loomuring.internal.linux.IoUring.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.RegisteredBuffers;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Memory;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.linux.SimulatedKernel.Reply;
import io.github.loomuring.internal.linux.Sqe;
import io.github.loomuring.internal.op.Simulation.Caller;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.RangeTransfer;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel is told of leased buffers, and asked to do with them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class RegisteredBuffersTest {
  /** Held, as the JDK forgets loggers, and their handlers, that nobody holds. */
  private static final Logger LOGGER = Logger.getLogger(RegisteredBuffers.class.getName());

  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private final SimulatedKernel kernel = new SimulatedKernel();
  private Path path;

  @BeforeEach
  void makeFile() throws Exception {
    path = Files.writeString(directory.resolve("file"), "hello");
  }

  private RingFile openBoth(Simulation s) throws IOException {
    return s.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** The last SQE of {@code opcode} has these values, and zero elsewhere. */
  private void assertLast(
      byte opcode, int fd, MemorySegment memory, long off, int opFlags, int bufIndex) {
    Sqe sqe = kernel.taken(opcode).getLast();
    int len = (int) memory.byteSize();
    assertThat(sqe)
        .isEqualTo(
            new Sqe(
                opcode,
                (byte) 0,
                (short) 0,
                fd,
                off,
                memory.address(),
                len,
                opFlags,
                sqe.userData(),
                bufIndex));
  }

  @Test
  void readsAndWritesOfLeasedMemoryNameItsIndex() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      s.engine.buffers(1, 10);
      BufferSet set = s.engine.buffers(2, 5_000);
      RingFile file = openBoth(s);
      MemorySegment memory = set.lease().segment();
      file.read(memory, 0x1_2345_6789L);
      assertLast(IORING_OP_READ_FIXED, file.handle.fd, memory, 0x1_2345_6789L, 0, 1);
      file.write(memory, 3);
      assertLast(IORING_OP_WRITE_FIXED, file.handle.fd, memory, 3, 0, 1);
      MemorySegment slice = memory.asSlice(4_321, 679);
      file.write(slice, EngineFile.APPEND);
      assertLast(IORING_OP_WRITE_FIXED, file.handle.fd, slice, 0, RWF_APPEND, 1);
      ByteBuffer buffer = memory.asByteBuffer().position(1).slice().duplicate().position(2);
      assertThat(file.read(buffer.limit(9), 1)).isEqualTo(7);
      assertLast(IORING_OP_READ_FIXED, file.handle.fd, memory.asSlice(3, 7), 1, 0, 1);
      file.write(buffer.rewind().asReadOnlyBuffer(), 0);
      assertLast(IORING_OP_WRITE_FIXED, file.handle.fd, memory.asSlice(1, 9), 0, 0, 1);
      assertThat(kernel.taken(IORING_OP_READ)).isEmpty();
      assertThat(kernel.taken(IORING_OP_WRITE)).isEmpty();
    }
  }

  @Test
  void rangesOfLeasedMemoryNameItsIndexAndOthersDoNot() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      s.engine.buffers(1, 10);
      BufferSet set = s.engine.buffers(2, 10);
      RingFile file = openBoth(s);
      MemorySegment one = set.lease().segment();
      MemorySegment other = set.lease().segment();
      ByteBuffer plain = ByteBuffer.allocateDirect(2);
      file.readRanges(ranges(one.asByteBuffer().limit(3), other.asByteBuffer().limit(4), plain));
      assertThat(kernel.taken(IORING_OP_READ_FIXED))
          .extracting(Sqe::addr, Sqe::len, Sqe::rest)
          .containsExactlyInAnyOrder(tuple(one.address(), 3, 1L), tuple(other.address(), 4, 1L));
      assertThat(kernel.taken(IORING_OP_READ)).hasSize(1);
      file.writeRanges(ranges(one.asByteBuffer(), ByteBuffer.allocate(2)));
      assertLast(IORING_OP_WRITE_FIXED, file.handle.fd, one, 0, 0, 1);
      assertThat(kernel.taken(IORING_OP_WRITE)).hasSize(1);
    }
  }

  private static List<RangeTransfer> ranges(ByteBuffer... buffers) {
    List<RangeTransfer> ranges = new ArrayList<>();
    for (ByteBuffer buffer : buffers) {
      ranges.add(new RangeTransfer(buffer, ranges.size()));
    }
    return ranges;
  }

  @Test
  void memoryOfSeveralPartsHasSeveralIndices() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      BufferSet five = s.engine.buffers(5, 8 * MIB - 1);
      assertThat(kernel.registeredBuffers()).isEqualTo(3);
      List<Integer> indices = new ArrayList<>();
      RingFile file = openBoth(s);
      for (int i = 0; i < 5; i++) {
        MemorySegment memory = five.lease().segment();
        assertThat(file.read(memory, 0)).isEqualTo(5);
        indices.add(kernel.taken(IORING_OP_READ_FIXED).getLast().bufIndex());
      }
      assertThat(indices).containsExactly(0, 0, 1, 1, 2);
      BufferSet large = s.engine.buffers(2, 17 * MIB);
      assertThat(large.lease().index()).isEqualTo(3);
      assertThat(large.lease().index()).isEqualTo(4);
      assertThat(kernel.registeredBuffers()).isEqualTo(5);
    }
  }

  @Test
  void entriesOfClosedBuffersAreUsedAgain() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      BufferSet one = s.engine.buffers(3, 9 * MIB);
      BufferSet other = s.engine.buffers(1, 10);
      s.engine.close(one);
      assertThat(kernel.registeredBuffers()).isEqualTo(1);
      assertThat(s.engine.buffers(4, 9 * MIB).lease().index()).isEqualTo(4); // needs four in a row
      assertThat(s.engine.buffers(2, 9 * MIB).lease().index()).isEqualTo(0);
      assertThat(s.engine.buffers(1, 10).lease().index()).isEqualTo(2);
      assertThat(other.lease().index()).isEqualTo(3);
      assertThat(kernel.registeredBuffers()).isEqualTo(8);
      assertThat(kernel.calls("ioUringRegister15")).isEqualTo(1);
    }
  }

  @Test
  void transferBeyondTheBufferIsAnOrdinaryOne() throws Exception {
    try (Simulation s = Simulation.of(kernel)) {
      BufferSet set = s.engine.buffers(2, 4_096);
      RingFile file = openBoth(s);
      BufferSet.Buffer first = set.lease();
      set.lease();
      long address = first.segment().address();
      MemorySegment crossing = Memory.at(address + 4_000, 97);
      assertThat(file.write(crossing, 0)).isEqualTo(97);
      assertLast(IORING_OP_WRITE, file.handle.fd, crossing, 0, 0, 0);
      assertThat(file.read(crossing, 0)).isEqualTo(97);
      assertLast(IORING_OP_READ, file.handle.fd, crossing, 0, 0, 0);
      MemorySegment upToTheEnd = Memory.at(address + 4_000, 96);
      file.read(upToTheEnd, 0);
      assertLast(IORING_OP_READ_FIXED, file.handle.fd, upToTheEnd, 0, 0, 0);
    }
  }

  @Test
  void buffersOfAnotherEngineAreOrdinaryMemory() throws Exception {
    SimulatedKernel otherKernel = new SimulatedKernel();
    try (Simulation s = Simulation.of(kernel);
        Simulation other = Simulation.of(otherKernel)) {
      MemorySegment memory = s.engine.buffers(1, 100).lease().segment();
      s.engine.buffers(1, 100);
      other.engine.buffers(1, 100);
      assertThat(other.open(path).read(memory, 0)).isEqualTo(5);
      assertThat(otherKernel.taken(IORING_OP_READ)).hasSize(1);
    }
  }

  @Test
  void fifoHasOrdinaryReadsAndWrites() throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    kernel.script(
        sqe ->
            sqe.opcode() == IORING_OP_READ || sqe.opcode() == IORING_OP_WRITE
                ? Reply.complete(3)
                : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      MemorySegment memory = s.engine.buffers(1, 3).lease().segment();
      RingFile file = s.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
      assertThat(file.write(memory, 0)).isEqualTo(3);
      assertLast(IORING_OP_WRITE, file.handle.fd, memory, 0, 0, 0);
      assertThat(file.read(memory, 0)).isEqualTo(3);
      assertLast(IORING_OP_READ, file.handle.fd, memory, 0, 0, 0);
    }
  }

  @Test
  void onAFileSystemThatIsNotKnownToBeLocalAWorkerStartsThem() throws Exception {
    kernel.answer("fstatfs", Errno.ENOSYS.negated());
    try (Simulation s = Simulation.of(kernel)) {
      MemorySegment memory = s.engine.buffers(1, 3).lease().segment();
      openBoth(s).write(memory, 0);
      assertThat(kernel.taken(IORING_OP_WRITE_FIXED).getLast().flags()).isEqualTo(IOSQE_ASYNC);
    }
  }

  @Test
  void requestThatIsSubmittedAgainIsTheSame() throws Exception {
    kernel.hold(IORING_OP_READ_FIXED);
    try (Simulation s = Simulation.of(kernel)) {
      s.engine.buffers(1, 3);
      MemorySegment memory = s.engine.buffers(1, 3).lease().segment();
      RingFile file = s.open(path);
      Caller<Long> caller = Simulation.call(() -> file.read(memory, 1));
      Sqe first = kernel.awaitHeld(IORING_OP_READ_FIXED, 1).getFirst();
      kernel.complete(first, Simulation.ECANCELED); // as when the submitting thread exits
      Sqe second = kernel.awaitHeld(IORING_OP_READ_FIXED, 1).getFirst();
      assertThat(second).isEqualTo(first);
      assertThat(second.bufIndex()).isEqualTo(1);
      kernel.execute(second);
      assertThat(caller.get()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EFAULT", "EINVAL", "EOPNOTSUPP"})
  void requestThatIsRefusedGoesTheOrdinaryWay(Errno errno) throws Exception {
    kernel.script(
        sqe ->
            sqe.opcode() == IORING_OP_READ_FIXED || sqe.opcode() == IORING_OP_WRITE_FIXED
                ? Reply.complete(errno.negated())
                : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      s.engine.buffers(1, 5);
      BufferSet.Buffer buffer = s.engine.buffers(1, 5).lease();
      MemorySegment memory = buffer.segment();
      RingFile file = openBoth(s);
      assertThat(file.read(memory, 0)).isEqualTo(5);
      assertThat(file.write(memory.asSlice(1), 0)).isEqualTo(4);
      assertThat(path).hasContent("elloo");
      List<RangeTransfer> ranges =
          ranges(memory.asByteBuffer().limit(2), memory.asByteBuffer().position(2));
      file.readRanges(ranges);
      assertThat(ranges).extracting(range -> range.bytes).containsExactly(2, 3);
      assertThat(kernel.taken(IORING_OP_READ_FIXED)).hasSize(3);
      assertThat(kernel.taken(IORING_OP_READ)).hasSize(3);
      assertThat(kernel.taken(IORING_OP_READ_FIXED)).allMatch(sqe -> sqe.rest() == 1);
      assertThat(kernel.taken(IORING_OP_READ)).allMatch(sqe -> sqe.rest() == 0);
      assertThat(kernel.taken(IORING_OP_WRITE)).allMatch(sqe -> sqe.rest() == 0);
      buffer.giveBack(buffer.lease());
    }
  }

  @Test
  void otherErrorsAreTheCallers() throws Exception {
    kernel.script(
        sqe ->
            sqe.opcode() == IORING_OP_READ_FIXED
                ? Reply.complete(Errno.EIO.negated())
                : Reply.EXECUTE);
    try (Simulation s = Simulation.of(kernel)) {
      MemorySegment memory = s.engine.buffers(1, 5).lease().segment();
      RingFile file = s.open(path);
      assertThatThrownBy(() -> file.read(memory, 0)).hasMessageContaining("EIO");
      assertThat(kernel.taken(IORING_OP_READ)).isEmpty();
    }
  }

  @Test
  void bufferIsInUseUntilItsCqe() throws Exception {
    kernel.hold(IORING_OP_READ_FIXED, IORING_OP_ASYNC_CANCEL);
    try (Simulation s = Simulation.of(kernel)) {
      BufferSet set = s.engine.buffers(1, 5);
      BufferSet.Buffer buffer = set.lease();
      RingFile file = s.open(path);
      Caller<Long> caller = Simulation.call(() -> file.read(buffer.segment(), 0));
      Sqe read = kernel.awaitHeld(IORING_OP_READ_FIXED, 1).getFirst();
      caller.thread.interrupt();
      Sqe cancel = kernel.awaitHeld(IORING_OP_ASYNC_CANCEL, 1).getFirst();
      kernel.complete(cancel, Simulation.EALREADY);
      assertThatThrownBy(() -> buffer.giveBack(buffer.lease()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("inFlight=1");
      assertThatThrownBy(() -> s.engine.close(set)).isInstanceOf(IllegalStateException.class);
      assertThat(kernel.registeredBuffers()).isEqualTo(1);
      kernel.complete(read, Simulation.ECANCELED);
      assertThat(caller.failure()).isInstanceOf(InterruptedIOException.class);
      buffer.giveBack(buffer.lease());
      s.engine.close(set);
      assertThat(kernel.registeredBuffers()).isZero();
    }
  }

  @Test
  void bufferOfARingThatFailedStaysInUse() throws Exception {
    kernel.hold(IORING_OP_READ_FIXED);
    Simulation s = Simulation.of(kernel);
    BufferSet.Buffer buffer = s.engine.buffers(1, 5).lease();
    RingFile file = s.open(path);
    Caller<Long> caller = Simulation.call(() -> file.read(buffer.segment(), 0));
    kernel.awaitHeld(IORING_OP_READ_FIXED, 1);
    kernel.failEnters(Errno.EBADF.negated());
    assertThat(caller.failure()).hasMessageContaining("the ring has failed");
    assertThatThrownBy(() -> buffer.giveBack(buffer.lease()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("inFlight=1");
    file.close();
    s.engine.close();
  }

  // ---- kernels that do not take the memory

  @ParameterizedTest
  @ValueSource(bytes = {IORING_OP_READ_FIXED, IORING_OP_WRITE_FIXED})
  void buffersWorkWithoutTheirOpcodes(byte opcode) throws Exception {
    kernel.without(opcode);
    assertPlain("IORING_OP_READ_FIXED or IORING_OP_WRITE_FIXED");
    assertThat(kernel.calls("ioUringRegister15")).isZero();
  }

  @Test
  void buffersWorkWithoutASparseTable() throws Exception {
    kernel.answer("ioUringRegister15", Errno.EINVAL.negated());
    assertPlain("IORING_REGISTER_BUFFERS2: EINVAL (Invalid argument); use Linux 5.19 or later");
    assertThat(kernel.calls("ioUringRegister16")).isZero();
  }

  @Test
  void buffersWorkThoughTheirMemoryIsNotTaken() throws Exception {
    kernel.answer("ioUringRegister16", Errno.ENOMEM.negated());
    assertPlain("ENOMEM", "raise RLIMIT_MEMLOCK (ulimit -l)", "CAP_IPC_LOCK");
  }

  @Test
  void buffersWorkThoughTheTableIsFull() throws Exception {
    List<String> log = new ArrayList<>();
    Handler handler = collectInto(log);
    try (Simulation s = Simulation.of(kernel)) {
      int many = 0;
      BufferSet set = s.engine.buffers(1, 1);
      while (set.isRegistered()) {
        many++;
        set = s.engine.buffers(1, 1);
      }
      assertThat(many).isEqualTo(4_096);
      assertThat(kernel.registeredBuffers()).isEqualTo(4_096);
      assertThat(s.open(path).read(set.lease().segment(), 0)).isEqualTo(1);
      assertThat(kernel.taken(IORING_OP_READ)).hasSize(1);
      assertThat(log).singleElement().asString().contains("no room for parts=1, of 4096");
    } finally {
      logger().removeHandler(handler);
    }
  }

  @Test
  void memoryThatIsTakenInPartIsGivenBack() throws Exception {
    kernel.lockableBuffers(3);
    try (Simulation s = Simulation.of(kernel)) {
      s.engine.buffers(1, 1);
      assertThat(s.engine.buffers(3, 16 * MIB).isRegistered()).isFalse();
      assertThat(kernel.registeredBuffers()).isEqualTo(1);
      assertThat(s.engine.buffers(2, 16 * MIB).lease().index()).isEqualTo(1);
      assertThat(kernel.registeredBuffers()).isEqualTo(3);
    }
  }

  private void assertPlain(String... reason) throws Exception {
    List<String> log = new ArrayList<>();
    Handler handler = collectInto(log);
    try (Simulation s = Simulation.of(kernel)) {
      BufferSet set = s.engine.buffers(2, 5);
      assertThat(set.isRegistered()).isFalse();
      assertThat(set.toString()).contains("not registered: ").contains(reason);
      BufferSet.Buffer buffer = set.lease();
      assertThat(openBoth(s).read(buffer.segment(), 0)).isEqualTo(5);
      assertThat(buffer.segment().asByteBuffer().get(4)).isEqualTo((byte) 'o');
      assertThat(kernel.taken(IORING_OP_READ)).hasSize(1);
      buffer.giveBack(buffer.lease());
      assertThatThrownBy(() -> openBoth(s).read(buffer.segment(), 0))
          .isInstanceOf(IllegalStateException.class);
      s.engine.close(set);
      assertThat(s.engine.buffers(1, 5).isRegistered()).isFalse();
      assertThat(log).singleElement().asString().contains(reason);
      assertThat(kernel.registeredBuffers()).isZero();
    } finally {
      logger().removeHandler(handler);
    }
  }

  private static Logger logger() {
    return LOGGER;
  }

  private static Handler collectInto(List<String> log) {
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            log.add(entry.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger().addHandler(handler);
    return handler;
  }
}
