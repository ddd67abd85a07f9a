/**
 * A {@link java.nio.channels.FileChannel} and a {@link java.nio.file.FileSystem} on io_uring, for
 * programs that use the interfaces of the JDK.
 *
 * <p>The files and operations of {@link io.github.loomuring} do the I/O. A call on a virtual thread
 * parks the thread, which releases its carrier.
 */
package io.github.loomuring.nio;
