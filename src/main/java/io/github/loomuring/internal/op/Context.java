package io.github.loomuring.internal.op;

import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.buffers.Staging;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.RemoteMounts;
import io.github.loomuring.internal.ring.Gate;
import io.github.loomuring.internal.ring.Ring;
import io.github.loomuring.internal.schedule.Offload;
import io.github.loomuring.internal.schedule.Turns;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The things that the operations of one engine share: the ring and its slots, memory, devices and
 * gates, the pool, and the policy. The engine makes and closes it; operations see nothing else of
 * the engine.
 */
final class Context {
  private static final int POOL_THREADS_MAX = 64;

  /** The least of one ring among many: a call that hangs in one thread must leave others. */
  private static final int POOL_THREADS_MIN = 8;

  final Kernel kernel;
  final Ring ring;
  final SlotTable slots;
  final Requests requests;
  final Staging staging = new Staging();
  final BufferSets bufferSets;
  final Policy policy;
  final Gates gates;
  final Devices devices;
  final RemoteMounts remoteMounts = new RemoteMounts();

  /** Platform threads for calls that the kernel has no opcode for. */
  final Offload pool;

  /** The same for reads and writes of whole files; apart, so that closes do not wait for them. */
  final Offload wholeFiles;

  /**
   * For the calls of a close that get no scratch, as there is no memory for it, or whose error
   * number is not used. Two that fail at once may read each other's number; the descriptors are
   * closed all the same.
   */
  final MemorySegment closeErrno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);

  /**
   * Makes one.
   *
   * @param rings how many rings there are, which divide the bounds among them
   */
  Context(
      Kernel kernel,
      Ring ring,
      SlotTable slots,
      BufferSets bufferSets,
      Policy policy,
      Gates gates,
      int rings) {
    this.kernel = kernel;
    this.ring = ring;
    this.slots = slots;
    this.requests = new Requests(slots, ring);
    this.bufferSets = bufferSets;
    this.policy = policy;
    this.gates = gates;
    int threads = Math.max(POOL_THREADS_MIN, POOL_THREADS_MAX / rings);
    this.pool = new Offload(threads);
    this.wholeFiles = new Offload(threads);
    this.devices = new Devices(kernel, pool, gates, remoteMounts);
  }

  /** Whether the kernel has an opcode. */
  boolean supports(byte opcode) {
    return ring.supports(opcode);
  }

  /** The gate of operations on {@code path}. */
  Gate gateOf(Path path) {
    return gates.ofPaths(remoteMounts.of(path));
  }

  /** The gate of operations on two paths: that of a remote one, if there is one. */
  Gate gateOf(Path path, Path other) {
    Path remote = remoteMounts.of(path);
    return gates.ofPaths(remote != null ? remote : remoteMounts.of(other));
  }

  /** Ends the use of a slot. Called last in a call: it may wait for the thread's turn. */
  void end(Operation operation) {
    end(operation, null);
  }

  /**
   * As {@link #end(Operation)}, of an operation on a file.
   *
   * @param references of the file, one of which is given back; null if there is none
   */
  void end(Operation operation, FileReferences references) {
    int counted = operation.callerWork.take();
    operation.end();
    slots.release(operation);
    if (references != null) {
      references.release();
    }
    if (counted >= 0) {
      Turns.count(counted);
    }
  }

  /** Gives a staging buffer back, with which {@code operation} is done. */
  void release(Staging.Buffer buffer, Operation operation) {
    assert !operation.isInFlight() : operation;
    if (operation.isReusable()) {
      staging.release(buffer);
    } else {
      operation.keep(buffer); // the ring has failed: the kernel may not be done with it
    }
  }
}
