package io.github.loomuring.internal.op;

/**
 * The properties of an open file that do not change.
 *
 * @param seekable false for FIFOs, sockets and character devices: offsets are ignored there
 * @param fifo whether it is a FIFO. Its descriptor has O_NONBLOCK: a request that finds no bytes,
 *     or no room, waits in the kernel's poll. Without the flag, the kernel gives a read at the end
 *     of the file to a worker. A worker holds the file open for a while after the CQE, as a reader
 *     that does not read
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
