package io.github.loomuring.internal.ring;

/**
 * One request to the kernel: the values of its SQE, the gate it must pass, and its place in the
 * gate's queue.
 *
 * <p>The values are set by the thread that prepares the request and stay as they are until its
 * completion, because a request is written to the submission queue again when the thread that
 * submitted it has exited.
 */
public abstract class Request {
  // The fields of struct io_uring_sqe that this library uses.
  protected byte opcode;
  protected byte sqeFlags;
  protected int fd;
  protected long off;
  protected long addr;
  protected int len;
  protected int opFlags;
  protected short bufIndex;

  /** The first gate to pass; its parents follow. */
  protected Gate gate;

  // Guarded by the lock of the gate in whose queue the request stands.
  Gate queuedAt;
  Request previous;
  Request next;

  /** Identifies the request and this use of it. */
  protected abstract long userData();

  /** Whether its owner has to wait: it has not completed, and is not to be cancelled. */
  protected abstract boolean isPending();

  /** Called just before the SQE becomes visible to the kernel, under the submission lock. */
  protected abstract void submitting();

  protected final void prepare(
      byte opcode, int fd, long addr, int len, long off, int opFlags, Gate gate) {
    this.opcode = opcode;
    this.sqeFlags = 0;
    this.fd = fd;
    this.addr = addr;
    this.len = len;
    this.off = off;
    this.opFlags = opFlags;
    this.bufIndex = 0;
    this.gate = gate;
  }

  /**
   * Has a prepared request use the registered buffer {@code bufIndex}.
   *
   * @param opcode in place of the one that was prepared
   */
  public final void useRegistered(byte opcode, int bufIndex) {
    this.opcode = opcode;
    this.bufIndex = (short) bufIndex;
  }
}
