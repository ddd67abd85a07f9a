package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.spi.RangeTransfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Each way in which bytes go from or to a file of five bytes. */
enum TransferCalls {
  READ_HEAP(IORING_OP_READ, 1),
  READ_DIRECT(IORING_OP_READ, 1),
  READ_LEASED(IORING_OP_READ_FIXED, 1),
  READ_VECTORED(IORING_OP_READV, 1),
  READ_RANGES(IORING_OP_READ, 2),
  WRITE_HEAP(IORING_OP_WRITE, 1),
  WRITE_DIRECT(IORING_OP_WRITE, 1),
  WRITE_LEASED(IORING_OP_WRITE_FIXED, 1),
  WRITE_VECTORED(IORING_OP_WRITEV, 1),
  WRITE_RANGES(IORING_OP_WRITE, 2);

  final byte opcode;
  final int requests;

  TransferCalls(byte opcode, int requests) {
    this.opcode = opcode;
    this.requests = requests;
  }

  /** Makes it, and compares what was moved. */
  void on(Simulation s, RingFile file, Path path) throws IOException {
    boolean isRead = name().startsWith("READ");
    byte[] content = (isRead ? "hello" : "world").getBytes(UTF_8);
    if (isRead) {
      Files.write(path, content);
    } else {
      Files.write(path, new byte[5]);
    }
    ByteBuffer all = memory(s);
    ByteBuffer one = all.duplicate().limit(2);
    ByteBuffer other = all.duplicate().position(2);
    if (!isRead) {
      all.duplicate().put(content);
    }
    move(file, all, one, other);
    assertThat(path).hasBinaryContent(content);
    byte[] moved = new byte[5];
    all.rewind().get(moved);
    assertThat(moved).as("%s", this).isEqualTo(content);
  }

  private ByteBuffer memory(Simulation s) throws IOException {
    if (name().endsWith("LEASED")) {
      BufferSet set = s.engine.buffers(1, 5);
      return set.lease().segment().asByteBuffer();
    }
    return name().endsWith("DIRECT") ? ByteBuffer.allocateDirect(5) : ByteBuffer.allocate(5);
  }

  private void move(RingFile file, ByteBuffer all, ByteBuffer one, ByteBuffer other)
      throws IOException {
    switch (this) {
      case READ_HEAP, READ_DIRECT, READ_LEASED -> assertThat(file.read(all, 0)).isEqualTo(5);
      case WRITE_HEAP, WRITE_DIRECT, WRITE_LEASED -> assertThat(file.write(all, 0)).isEqualTo(5);
      case READ_VECTORED -> assertThat(file.read(new ByteBuffer[] {one, other}, 0)).isEqualTo(5);
      case WRITE_VECTORED -> assertThat(file.write(new ByteBuffer[] {one, other}, 0)).isEqualTo(5);
      case READ_RANGES, WRITE_RANGES -> moveRanges(file, one, other);
    }
  }

  private void moveRanges(RingFile file, ByteBuffer one, ByteBuffer other) throws IOException {
    List<RangeTransfer> ranges = List.of(new RangeTransfer(one, 0), new RangeTransfer(other, 2));
    if (this == READ_RANGES) {
      file.readRanges(ranges);
    } else {
      file.writeRanges(ranges);
    }
    for (RangeTransfer range : ranges) {
      if (range.failure != null) {
        throw range.failure;
      }
      assertThat(range.buffer.hasRemaining()).isFalse();
    }
  }
}
