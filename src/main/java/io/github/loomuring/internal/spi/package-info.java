/**
 * The service provider interface of the library: {@link io.github.loomuring.internal.spi.Engine}
 * and {@link io.github.loomuring.internal.spi.EngineFile}, which the ring and the pool implement
 * and the API package calls.
 *
 * <p>One rule says which types cross the boundary between the API package and {@code internal}:
 *
 * <ul>
 *   <li>Values of the API (enums, exceptions, and records that depend on the JDK alone) cross as
 *       they are: {@code Sync}, {@code Advice}, {@code FileTimeoutException}. {@code internal} has
 *       no copies of them.
 *   <li>Everything else that an engine takes or returns is a type of {@code internal}, most of them
 *       of this package. The API package converts it: {@code OpenSpec} holds checked open options,
 *       {@code Space} stands for the methods that change the space of a file, {@code FileStatus} is
 *       behind {@code UringAttributes}, {@code BufferSet} is behind {@code UringBuffers}, and
 *       {@code RangeTransfer} records the progress of a {@code Range}.
 *   <li>No class of {@code internal} depends on another class of the API package, with the
 *       exception of {@link io.github.loomuring.internal.Access}, through which the library's other
 *       packages reach what the API does not export.
 * </ul>
 *
 * <p>{@code ArchitectureTest} enforces the rule.
 */
package io.github.loomuring.internal.spi;
