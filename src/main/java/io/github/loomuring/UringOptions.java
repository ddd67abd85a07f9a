package io.github.loomuring;

import static java.lang.Integer.parseInt;

import io.github.loomuring.internal.ring.RingSettings;
import java.util.Arrays;
import java.util.Objects;
import java.util.Properties;

/**
 * The options of a {@link Uring}. Instances are immutable; any thread may use them.
 *
 * {@snippet :
 * UringOptions options =
 *     UringOptions.builder().rings(4).fallback(UringOptions.Fallback.NEVER).build();
 * UringOptions adaptive = options.toBuilder().inline(UringOptions.Inline.ADAPTIVE).build();
 * }
 *
 * <p>{@link Builder} describes each option. The tuning guide of the project, {@code
 * src/site/markdown/tuning.md}, says when to change one, and what was measured.
 */
public final class UringOptions {

  /** What a {@link Uring} does where there is no io_uring. */
  public enum Fallback {
    /**
     * It uses the ring if there is one. Otherwise it uses the pool, and logs that once. The
     * {@linkplain Uring#shared() shared} one returns to the ring when a shortage has passed.
     */
    AUTO,
    /** It uses the ring or fails with an {@link UnsupportedOperationException}. */
    NEVER,
    /** It uses the pool, as if there were no io_uring. */
    ALWAYS
  }

  /**
   * Which operations may run on the calling thread, without parking it. A virtual thread that has
   * made nothing but such operations for 0.5 ms lets other threads run, if they wait for its
   * carrier, before its last operation returns.
   */
  public enum Inline {
    /** None: every operation goes through the ring. */
    NEVER,
    /**
     * Operations that cannot block: reads of cached pages and writes that the file system accepts
     * at once ({@code RWF_NOWAIT}, preadv2(2)), and opens of cached paths ({@code RESOLVE_CACHED},
     * openat2(2)). The exception is a frozen file system (fsfreeze(8)): there, a write blocks the
     * caller.
     */
    NON_BLOCKING,
    /**
     * Also calls that may wait a little, on local file systems: buffered writes, opens that create
     * or truncate, closes, {@link UringFile#force}, changes of names, and small files as a whole. A
     * few callers at a time make such calls on each device. If one of them blocks its carrier while
     * virtual threads are queued, the carrier is replaced for that time.
     *
     * <p>Such a call ends when the kernel lets go of it. An interrupt, or a close of the file by
     * another thread, has effect only then. A thread with a {@link Deadline} makes no such call.
     */
    ADAPTIVE
  }

  private static final String PROPERTY_PREFIX = "io.github.loomuring.";
  private static final String COMPLETION_ENTRIES = "completionEntries";
  private static final String[] PROPERTIES = {
    "entries",
    COMPLETION_ENTRIES,
    "gate",
    "pollMicros",
    "fallback",
    "inline",
    "rings",
    "workers",
    "sqPollIdleMillis"
  };
  private static final int ENTRIES_MIN = 2;
  private static final int ENTRIES_MAX = 32_768;
  private static final int COMPLETION_ENTRIES_MIN = 8;
  private static final int COMPLETION_ENTRIES_MAX = 65_536;
  private static final int POLL_MICROS_MAX = 10_000;
  private static final int RINGS_MAX = 64;

  /** With one worker, a request that lasts for ever would leave none to the others. */
  private static final int WORKERS_MIN = 2;

  private static final int WORKERS_MAX = RingSettings.WORKERS_UNBOUNDED;
  private static final int SQ_POLL_IDLE_MILLIS_MAX = 60_000;
  private static final UringOptions DEFAULTS = new Builder().build();

  private final int entries;
  private final int completionEntries;
  private final int gate;
  private final int pollMicros;
  private final Fallback fallback;
  private final Inline inline;
  private final int rings;
  private final int workers;
  private final int sqPollIdleMillis;

  private UringOptions(Builder builder, int completionEntries) {
    this.entries = builder.entries;
    this.completionEntries = completionEntries;
    this.gate = builder.gate;
    this.pollMicros = builder.pollMicros;
    this.fallback = builder.fallback;
    this.inline = builder.inline;
    this.rings = builder.rings;
    this.workers = builder.workers;
    this.sqPollIdleMillis = builder.sqPollIdleMillis;
  }

  /**
   * Returns the options with their default values, which {@link Builder} states.
   *
   * @return the defaults
   */
  public static UringOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a builder of the {@linkplain #defaults() defaults}.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a builder of these options, to change some of them.
   *
   * @return a new builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Returns the options that {@link Uring#shared()} uses: the defaults, changed by system
   * properties. The property of an option has the option's name with the prefix {@code
   * io.github.loomuring.}; its value is a number or the name of a constant: {@code
   * -Dio.github.loomuring.inline=ADAPTIVE}, {@code -Dio.github.loomuring.rings=4}.
   *
   * @return the options
   * @throws IllegalArgumentException if a property has a value that its option does not accept; the
   *     message names both
   */
  public static UringOptions fromSystemProperties() {
    return fromProperties(System.getProperties());
  }

  /** As {@link #fromSystemProperties}, from {@code properties}. */
  static UringOptions fromProperties(Properties properties) {
    Builder builder = builder();
    for (String option : PROPERTIES) {
      String value = properties.getProperty(PROPERTY_PREFIX + option);
      if (value != null) {
        try {
          set(builder, option, value.strip());
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException(
              PROPERTY_PREFIX + option + "=" + value + " is not a number", e);
        } catch (IllegalArgumentException e) {
          throw refused(option, value, e);
        }
      }
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException e) { // this property does not fit that of entries
      String value = properties.getProperty(PROPERTY_PREFIX + COMPLETION_ENTRIES);
      throw refused(COMPLETION_ENTRIES, value, e);
    }
  }

  private static IllegalArgumentException refused(
      String option, String value, IllegalArgumentException cause) {
    return new IllegalArgumentException(
        PROPERTY_PREFIX + option + "=" + value + ": " + cause.getMessage(), cause);
  }

  private static void set(Builder builder, String option, String value) {
    switch (option) {
      case "entries" -> builder.entries(parseInt(value));
      case COMPLETION_ENTRIES -> builder.completionEntries(parseInt(value));
      case "gate" -> builder.gate(parseInt(value));
      case "pollMicros" -> builder.pollMicros(parseInt(value));
      case "fallback" -> builder.fallback(constant(Fallback.values(), value));
      case "inline" -> builder.inline(constant(Inline.values(), value));
      case "rings" -> builder.rings(parseInt(value));
      case "workers" -> builder.workers(parseInt(value));
      case "sqPollIdleMillis" -> builder.sqPollIdleMillis(parseInt(value));
      default -> throw new AssertionError("option=" + option);
    }
  }

  private static <E extends Enum<E>> E constant(E[] constants, String name) {
    for (E constant : constants) {
      if (constant.name().equals(name)) {
        return constant;
      }
    }
    throw new IllegalArgumentException("not one of " + Arrays.toString(constants));
  }

  /**
   * Returns the size of the submission queue of a ring.
   *
   * @return a power of two; see {@link Builder#entries}
   */
  public int entries() {
    return entries;
  }

  /**
   * Returns the size of the completion queue of a ring.
   *
   * @return a power of two; see {@link Builder#completionEntries}
   */
  public int completionEntries() {
    return completionEntries;
  }

  /**
   * Returns the greatest number of requests in flight on one device.
   *
   * @return a number of requests; see {@link Builder#gate}
   */
  public int gate() {
    return gate;
  }

  /**
   * Returns how long a virtual thread polls for its completion before it parks.
   *
   * @return a time in microseconds; see {@link Builder#pollMicros}
   */
  public int pollMicros() {
    return pollMicros;
  }

  /**
   * Returns what happens where there is no io_uring.
   *
   * @return the fallback; see {@link Builder#fallback}
   */
  public Fallback fallback() {
    return fallback;
  }

  /**
   * Returns which operations may run on the calling thread.
   *
   * @return the policy; see {@link Builder#inline}
   */
  public Inline inline() {
    return inline;
  }

  /**
   * Returns the number of rings.
   *
   * @return a number of rings; see {@link Builder#rings}
   */
  public int rings() {
    return rings;
  }

  /**
   * Returns how many workers of the kernel each thread that submits may have.
   *
   * @return a number of threads; see {@link Builder#workers}
   */
  public int workers() {
    return workers;
  }

  /**
   * Returns how long the kernel's SQPOLL thread polls for requests before it sleeps.
   *
   * @return a time in milliseconds, 0 for no such thread; see {@link Builder#sqPollIdleMillis}
   */
  public int sqPollIdleMillis() {
    return sqPollIdleMillis;
  }

  /** Options are equal if all their values are. */
  @Override
  public boolean equals(Object object) {
    return object instanceof UringOptions other
        && entries == other.entries
        && completionEntries == other.completionEntries
        && gate == other.gate
        && pollMicros == other.pollMicros
        && fallback == other.fallback
        && inline == other.inline
        && rings == other.rings
        && workers == other.workers
        && sqPollIdleMillis == other.sqPollIdleMillis;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        entries,
        completionEntries,
        gate,
        pollMicros,
        fallback,
        inline,
        rings,
        workers,
        sqPollIdleMillis);
  }

  /** Returns the name and the value of each option. */
  @Override
  public String toString() {
    return "UringOptions[entries="
        + entries
        + ", completionEntries="
        + completionEntries
        + ", gate="
        + gate
        + ", pollMicros="
        + pollMicros
        + ", fallback="
        + fallback
        + ", inline="
        + inline
        + ", rings="
        + rings
        + ", workers="
        + workers
        + ", sqPollIdleMillis="
        + sqPollIdleMillis
        + "]";
  }

  /**
   * Builds {@link UringOptions}. Options that are not set keep the value that the builder started
   * with. The order of the calls does not matter; the last call for an option counts. Not
   * thread-safe.
   */
  public static final class Builder {
    private static final int UNSET = 0;

    private int entries = 256;
    private int completionEntries = UNSET;
    private int completionsPerEntry = 32;
    private int gate = 80;
    private int pollMicros = 100;
    private Fallback fallback = Fallback.AUTO;
    private Inline inline = Inline.ADAPTIVE;
    private int rings = 1;
    private int workers = WORKERS_MAX;
    private int sqPollIdleMillis;

    private Builder() {}

    private Builder(UringOptions options) {
      entries = options.entries;
      completionsPerEntry = options.completionEntries / options.entries;
      gate = options.gate;
      pollMicros = options.pollMicros;
      fallback = options.fallback;
      inline = options.inline;
      rings = options.rings;
      workers = options.workers;
      sqPollIdleMillis = options.sqPollIdleMillis;
    }

    /**
     * Sets the size of the submission queue of a ring: how many requests one call into the kernel
     * submits. It does not limit the requests in flight.
     *
     * @param entries a power of two from 2 to 32,768; the default is 256
     * @return this builder
     * @throws IllegalArgumentException if {@code entries} is anything else
     */
    public Builder entries(int entries) {
      this.entries = checkPowerOfTwo("entries", entries, ENTRIES_MIN, ENTRIES_MAX);
      return this;
    }

    /**
     * Sets the size of the completion queue of a ring. It limits the requests in flight; further
     * ones wait in Java. If it is not set, it keeps its ratio to {@code entries} within its range.
     *
     * @param completionEntries a power of two from 8 to 65,536, and at least {@code 2 × entries};
     *     the default is 8,192, 32 times the default of {@code entries}
     * @return this builder
     * @throws IllegalArgumentException if {@code completionEntries} is not a power of two in that
     *     range; {@link #build} compares it with {@code entries}
     */
    public Builder completionEntries(int completionEntries) {
      this.completionEntries =
          checkPowerOfTwo(
              COMPLETION_ENTRIES,
              completionEntries,
              COMPLETION_ENTRIES_MIN,
              COMPLETION_ENTRIES_MAX);
      return this;
    }

    /**
     * Sets how many requests may be in flight on one device, on all rings together; further ones
     * wait in Java. It should stay below the number of requests that the block layer ({@code
     * /sys/block/…/queue/nr_requests}) and the device accept. On the pool there are at most 85, so
     * that one device that hangs does not hold all of its threads.
     *
     * @param gate a number of requests from 1 to 65,536; the default is 80
     * @return this builder
     * @throws IllegalArgumentException if {@code gate} is out of its range
     */
    public Builder gate(int gate) {
      this.gate = checkRange("gate", gate, 1, COMPLETION_ENTRIES_MAX);
      return this;
    }

    /**
     * Sets how long a virtual thread polls for the completion of its read or write before it parks.
     * It polls only while no other virtual thread waits for a carrier and no other thread polls.
     *
     * @param pollMicros a time in microseconds from 0 (never) to 10,000; the default is 100
     * @return this builder
     * @throws IllegalArgumentException if {@code pollMicros} is out of its range
     */
    public Builder pollMicros(int pollMicros) {
      this.pollMicros = checkRange("pollMicros", pollMicros, 0, POLL_MICROS_MAX);
      return this;
    }

    /**
     * Sets what happens where there is no io_uring.
     *
     * @param fallback the default is {@link Fallback#AUTO}
     * @return this builder
     */
    public Builder fallback(Fallback fallback) {
      this.fallback = Objects.requireNonNull(fallback, "fallback");
      return this;
    }

    /**
     * Sets which operations may run on the calling thread.
     *
     * @param inline the default is {@link Inline#ADAPTIVE}
     * @return this builder
     */
    public Builder inline(Inline inline) {
      this.inline = Objects.requireNonNull(inline, "inline");
      return this;
    }

    /**
     * Sets the number of rings. A file belongs to the ring that opened it; files are opened on the
     * rings in turn. More than one is for machines with many processors.
     *
     * @param rings a number from 1 to 64; the default is 1
     * @return this builder
     * @throws IllegalArgumentException if {@code rings} is out of its range
     */
    public Builder rings(int rings) {
      this.rings = checkRange("rings", rings, 1, RINGS_MAX);
      return this;
    }

    /**
     * Sets how many bounded workers of io-wq, the kernel's worker pool, each thread that submits
     * may have (IORING_REGISTER_IOWQ_MAX_WORKERS, io_uring_register(2)). Workers carry out requests
     * that block; requests that find no worker wait in the kernel.
     *
     * @param workers a number of threads from 2 to 65,536; the default, 65,536, leaves the limit to
     *     the gates and to RLIMIT_NPROC
     * @return this builder
     * @throws IllegalArgumentException if {@code workers} is out of its range
     */
    public Builder workers(int workers) {
      this.workers = checkRange("workers", workers, WORKERS_MIN, WORKERS_MAX);
      return this;
    }

    /**
     * Sets how long a thread of the kernel polls for requests before it sleeps
     * (IORING_SETUP_SQPOLL, sq_thread_idle of io_uring_setup(2)). While it is awake, callers do not
     * enter the kernel to submit; it keeps one processor busy for each ring. Do not use FIFOs on
     * such a {@link Uring}: bytes of a writer that opens one during a close can be lost.
     *
     * @param sqPollIdleMillis a time in milliseconds from 0 (no such thread) to 60,000; the default
     *     is 0
     * @return this builder
     * @throws IllegalArgumentException if {@code sqPollIdleMillis} is out of its range
     */
    public Builder sqPollIdleMillis(int sqPollIdleMillis) {
      this.sqPollIdleMillis =
          checkRange("sqPollIdleMillis", sqPollIdleMillis, 0, SQ_POLL_IDLE_MILLIS_MAX);
      return this;
    }

    /**
     * Builds the options from the current values. The builder may be used further.
     *
     * @return the options
     * @throws IllegalArgumentException if {@code completionEntries} was set to less than {@code 2 ×
     *     entries}
     */
    public UringOptions build() {
      int completion = completionEntries;
      if (completion == UNSET) {
        long proportional = (long) completionsPerEntry * entries;
        completion = Math.clamp(proportional, COMPLETION_ENTRIES_MIN, COMPLETION_ENTRIES_MAX);
      } else if (completion / 2 < entries) {
        throw new IllegalArgumentException(
            COMPLETION_ENTRIES + "=" + completion + " is less than 2 × entries=" + entries);
      }
      return new UringOptions(this, completion);
    }

    private static int checkRange(String name, int value, int min, int max) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            name + "=" + value + " is not from " + min + " to " + max);
      }
      return value;
    }

    private static int checkPowerOfTwo(String name, int value, int min, int max) {
      if (value < min || value > max || Integer.bitCount(value) != 1) {
        throw new IllegalArgumentException(
            name + "=" + value + " is not a power of two from " + min + " to " + max);
      }
      return value;
    }
  }
}
