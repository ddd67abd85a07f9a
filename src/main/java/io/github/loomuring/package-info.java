/**
 * Blocking file I/O that parks a virtual thread instead of blocking its carrier.
 *
 * <p>{@link io.github.loomuring.UringFile} is an open file, and {@link
 * io.github.loomuring.UringFiles} has operations on paths. {@link io.github.loomuring.Uring} runs
 * them: on io_uring or, where that is not available, on a pool of platform threads. Most programs
 * need only the shared {@code Uring}, which is used by default.
 */
package io.github.loomuring;
