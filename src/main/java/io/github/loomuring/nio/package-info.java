/**
 * {@link java.nio.channels.FileChannel} on io_uring, for programs that know nothing of this
 * library.
 *
 * <p>Everything is done by the files of {@link io.github.loomuring}: on a virtual thread a call
 * parks, and holds no carrier.
 */
package io.github.loomuring.nio;
