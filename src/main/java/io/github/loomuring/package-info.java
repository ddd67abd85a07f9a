/**
 * Plain blocking file calls that park a virtual thread instead of holding its carrier.
 *
 * <p>{@link io.github.loomuring.UringFile} is a file; {@link io.github.loomuring.Uring} is the
 * engine it runs on, io_uring or a pool of platform threads, of which most programs need only the
 * shared one.
 */
package io.github.loomuring;
