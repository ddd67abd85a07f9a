package io.github.loomuring.internal.ring;

/**
 * One request to the kernel: the values of its SQE, the gate that it must enter, and its place in
 * that gate's queue.
 *
 * <p>The thread that prepares the request sets the values. They stay unchanged until its
 * completion, because the request is written to the submission queue again if the thread that
 * submitted it has exited.
 */
public abstract class Request extends WaiterList.Waiter {
  // The fields of struct io_uring_sqe that this library uses.
  protected byte opcode;
  protected byte sqeFlags;
  protected int fd;
  protected long off;
  protected long addr;
  protected int len;
  protected int opFlags;
  protected short bufIndex;

  /** The first gate to enter; its parents follow. */
  protected Gate gate;

  /** Identifies the request and this use of it. */
  protected abstract long userData();

  /** Whether its owner has to wait: it has not completed, and nobody has asked to cancel it. */
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
   * Makes a prepared request use the registered buffer {@code bufIndex}.
   *
   * @param opcode replaces the one that was prepared
   */
  public final void useRegistered(byte opcode, int bufIndex) {
    assert bufIndex >= 0 && bufIndex <= 0xffff : "bufIndex=" + bufIndex + " is no __u16";
    this.opcode = opcode;
    this.bufIndex = (short) bufIndex;
  }
}
