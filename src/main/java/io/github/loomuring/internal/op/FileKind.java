package io.github.loomuring.internal.op;

/**
 * The properties of an open file that do not change.
 *
 * @param seekable false for FIFOs, sockets and character devices: offsets are ignored there
 * @param lockKey of the file, to {@link io.github.loomuring.internal.platform.PosixLocks}
 * @param synchronous whether a write goes to the disk before it returns
 * @param memoryAlignment what O_DIRECT transfers have to be aligned to in memory, in bytes; zero
 *     without O_DIRECT
 * @param offsetAlignment the same for offset and length
 * @param dirty whether opening it has changed it
 */
record FileKind(
    boolean seekable,
    boolean fifo,
    boolean block,
    long lockKey,
    boolean readable,
    boolean writable,
    boolean append,
    boolean synchronous,
    int memoryAlignment,
    int offsetAlignment,
    boolean dirty) {}
