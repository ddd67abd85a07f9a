package io.github.loomuring.internal.ring;

/**
 * The settings of an engine and of its rings. Immutable; any thread may use them.
 *
 * <p>They come from the options of the API, which checks the ranges and names the wrong argument.
 * The builder therefore only asserts them.
 */
public final class RingSettings {
  /** As many workers as the gates admit requests: more than those of any ring. */
  public static final int WORKERS_UNBOUNDED = 65_536;

  private final int entries;
  private final int completionEntries;
  private final int gate;
  private final long pollNanos;
  private final boolean inlineNonBlocking;
  private final boolean inlineAdaptive;
  private final int rings;
  private final int workers;
  private final int sqPollIdleMillis;

  private RingSettings(Builder builder) {
    entries = builder.entries;
    completionEntries = builder.completionEntries;
    gate = builder.gate;
    pollNanos = builder.pollNanos;
    inlineNonBlocking = builder.inlineNonBlocking;
    inlineAdaptive = builder.inlineAdaptive;
    rings = builder.rings;
    workers = builder.workers;
    sqPollIdleMillis = builder.sqPollIdleMillis;
    assert Integer.bitCount(entries) == 1 && entries >= 2 : "entries=" + entries;
    assert Integer.bitCount(completionEntries) == 1 && completionEntries / 2 >= entries
        : "completionEntries=" + completionEntries;
    assert gate >= 1 : "gate=" + gate;
    assert pollNanos >= 0 : "pollNanos=" + pollNanos;
    assert inlineNonBlocking || !inlineAdaptive : "inlineAdaptive without inlineNonBlocking";
    assert rings >= 1 : "rings=" + rings;
    assert workers >= 2 && workers <= WORKERS_UNBOUNDED : "workers=" + workers;
    assert sqPollIdleMillis >= 0 : "sqPollIdleMillis=" + sqPollIdleMillis;
  }

  /**
   * The builder of one ring without a gate of its own: callers submit and do not poll, every
   * operation goes through the ring, and the workers are not bounded.
   *
   * @param entries size of the submission queue, a power of two from 2 to 32,768
   * @param completionEntries size of the completion queue, a power of two, at least {@code 2 ×
   *     entries}
   */
  public static Builder builder(int entries, int completionEntries) {
    return new Builder(entries, completionEntries);
  }

  /** Size of the submission queue of each ring. */
  public int entries() {
    return entries;
  }

  /** Size of the completion queue of each ring. */
  public int completionEntries() {
    return completionEntries;
  }

  /** Requests in flight on one device, on all rings together. */
  public int gate() {
    return gate;
  }

  /** How long a caller may poll for its completion before it parks. */
  public long pollNanos() {
    return pollNanos;
  }

  /** Whether operations that cannot block are tried on the caller. */
  public boolean inlineNonBlocking() {
    return inlineNonBlocking;
  }

  /** Whether plain writes are tried on the caller as long as they are quick. */
  public boolean inlineAdaptive() {
    return inlineAdaptive;
  }

  /** The number of rings, which share the limits of the engine. */
  public int rings() {
    return rings;
  }

  /** Workers of io-wq for each thread that submits, or {@link #WORKERS_UNBOUNDED}. */
  public int workers() {
    return workers;
  }

  /** How long the SQPOLL thread polls before it sleeps; zero for no such thread. */
  public int sqPollIdleMillis() {
    return sqPollIdleMillis;
  }

  /** Takes each setting by its name. Not thread-safe. */
  public static final class Builder {
    private final int entries;
    private final int completionEntries;
    private int gate = Integer.MAX_VALUE;
    private long pollNanos;
    private boolean inlineNonBlocking;
    private boolean inlineAdaptive;
    private int rings = 1;
    private int workers = WORKERS_UNBOUNDED;
    private int sqPollIdleMillis;

    private Builder(int entries, int completionEntries) {
      this.entries = entries;
      this.completionEntries = completionEntries;
    }

    /** Sets {@link RingSettings#gate()}; without it, only the size of the ring is a limit. */
    public Builder gate(int gate) {
      this.gate = gate;
      return this;
    }

    /** Sets {@link RingSettings#pollNanos()}. */
    public Builder pollNanos(long pollNanos) {
      this.pollNanos = pollNanos;
      return this;
    }

    /** Sets {@link RingSettings#inlineNonBlocking()}. */
    public Builder inlineNonBlocking(boolean inlineNonBlocking) {
      this.inlineNonBlocking = inlineNonBlocking;
      return this;
    }

    /** Sets {@link RingSettings#inlineAdaptive()}, which requires {@code inlineNonBlocking}. */
    public Builder inlineAdaptive(boolean inlineAdaptive) {
      this.inlineAdaptive = inlineAdaptive;
      return this;
    }

    /** Sets {@link RingSettings#rings()}. */
    public Builder rings(int rings) {
      this.rings = rings;
      return this;
    }

    /** Sets {@link RingSettings#workers()}. */
    public Builder workers(int workers) {
      this.workers = workers;
      return this;
    }

    /** Sets {@link RingSettings#sqPollIdleMillis()}. */
    public Builder sqPollIdleMillis(int sqPollIdleMillis) {
      this.sqPollIdleMillis = sqPollIdleMillis;
      return this;
    }

    /** The settings as they are now; the builder may be used further. */
    public RingSettings build() {
      return new RingSettings(this);
    }
  }
}
