package io.github.loomuring.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * An SQE as the simulated kernel found it.
 *
 * @param rest what few operations use: everything from offset 40 on, or-ed together
 */
public record Sqe(
    byte opcode,
    byte flags,
    short ioprio,
    int fd,
    long off,
    long addr,
    int len,
    int opFlags,
    long userData,
    long rest) {

  /** The part of {@code rest} that is the field buf_index. */
  public int bufIndex() {
    return (int) rest & 0xffff;
  }

  static Sqe at(MemorySegment sqes, long offset) {
    return new Sqe(
        sqes.get(JAVA_BYTE, offset),
        sqes.get(JAVA_BYTE, offset + 1),
        sqes.get(JAVA_SHORT, offset + 2),
        sqes.get(JAVA_INT, offset + 4),
        sqes.get(JAVA_LONG, offset + 8),
        sqes.get(JAVA_LONG, offset + 16),
        sqes.get(JAVA_INT, offset + 24),
        sqes.get(JAVA_INT, offset + 28),
        sqes.get(JAVA_LONG, offset + 32),
        sqes.get(JAVA_LONG, offset + 40)
            | sqes.get(JAVA_LONG, offset + 48)
            | sqes.get(JAVA_LONG, offset + 56));
  }
}
