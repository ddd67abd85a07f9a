package io.github.loomuring;

import static java.lang.Integer.parseInt;

import java.util.Arrays;
import java.util.Objects;
import java.util.Properties;

/**
 * How a {@link Uring} is set up. Instances are immutable; start from {@link #defaults()}.
 *
 * @param entries size of the submission queue: a power of two from 2 to 32,768 (the kernel's
 *     IORING_MAX_ENTRIES). It bounds how many requests one call into the kernel takes, not how many
 *     may be in flight. Each entry takes 64 bytes of kernel memory.
 * @param completionEntries size of the completion queue: a power of two from {@code 2 × entries},
 *     and at least 8, to 65,536. Requests in flight never exceed it; further ones wait in Java.
 *     Each entry takes 16 bytes of kernel memory. Before Linux 5.12 and since 6.14 the memory of
 *     both queues counts towards RLIMIT_MEMLOCK ({@code ulimit -l}, often 8 MiB), for all processes
 *     of a user together, unless they have CAP_IPC_LOCK: 148 KiB for a ring of the defaults. Where
 *     there is not so much left, the ring is made with half of it, and so on down to 8 entries.
 * @param gate how many requests may be in flight on one device, from 1 to 65,536; further ones wait
 *     in Java, and the reaper submits them. Past the number of requests that the block layer has
 *     for a device ({@code /sys/block/…/queue/nr_requests}, often 256), or that the device takes (a
 *     virtio queue of 256 descriptors takes 85), submitting one may block the carrier or cost it
 *     the dispatching of others'; so stay below both.
 * @param pollMicros for how long, in microseconds from 0 to 10,000, a virtual thread looks for the
 *     completion of its read or write before it parks, while no other virtual thread waits for a
 *     carrier (which needs the JDK's module jdk.management) and none looks already. It spares two
 *     thread switches, of 5 to 20 µs each, and keeps a processor busy that would be idle. After
 *     looking in vain, up to 256 calls do not look.
 * @param fallback what to do where there is no io_uring
 * @param inline which operations may be carried out on the calling thread
 * @param rings how many rings there are, from 1 to 64. One is enough where a few threads run at
 *     once: on many processors all of them submit to one queue under one lock of the kernel, and
 *     one reaper wakes every caller. A file belongs to the ring that opened it, and files are
 *     opened on the rings in turn; operations on paths use the ring that the calling thread's
 *     number leads to. What is said of one ring holds of each: queues, a platform thread that
 *     reaps, a caller that looks for its completion. The gate holds of all rings together: each has
 *     {@code gate / rings}, and at least one, so a single file has that many requests in flight.
 * @param workers how many threads of io-wq, the kernel's worker pool, may carry out requests that
 *     block, from 2 to 65,536 (IORING_REGISTER_IOWQ_MAX_WORKERS, io_uring_register(2); the class it
 *     calls bounded). 65,536 leaves it to the gates, and to RLIMIT_NPROC. The kernel counts them
 *     for each thread that submits, not for a ring: carriers, the reapers, platform threads that
 *     call; so this many times as many threads may run, and a thread keeps the bound of the first
 *     ring that it uses, for all rings. Buffered writes of ext4, {@code force}, opens and
 *     operations on paths are such requests, those on the page cache and most of O_DIRECT are not.
 *     Requests that find no worker wait in the kernel, where an interrupt ends them at once. What
 *     may last for ever (opens of FIFOs, whatever is on remote file systems) takes half of the
 *     bound at most, all together; a local device that hangs may take all of it. Few workers hold
 *     many small writes with {@code force} back, because one commit of the file system's journal
 *     serves those who wait for it at once.
 * @param sqPollIdleMillis 0 for off, or for how long, in milliseconds to 60,000, a thread of the
 *     kernel looks in vain for requests before it sleeps (IORING_SETUP_SQPOLL and sq_thread_idle,
 *     io_uring_setup(2)). It takes what callers write, so that no caller enters the kernel to
 *     submit, or waits there for a device, as long as it is awake; waking it takes such a call. It
 *     keeps a processor busy from the first request until it has looked in vain for that long, one
 *     for each ring, which on machines of few processors makes everything slower. The workers are
 *     its own, {@code workers} of them. It lets go of a file when it comes to it: close may return
 *     a little before the kernel has released the file, so that executing a file just written may
 *     fail (ETXTBSY). Do not use FIFOs then: a writer that comes in that moment meets a reader that
 *     is no longer there, and its bytes are lost. Where the kernel makes no such thread (before
 *     5.11; before 5.13 without CAP_SYS_NICE; for want of memory or of RLIMIT_NPROC), callers
 *     submit, which is logged once.
 */
public record UringOptions(
    int entries,
    int completionEntries,
    int gate,
    int pollMicros,
    Fallback fallback,
    Inline inline,
    int rings,
    int workers,
    int sqPollIdleMillis) {

  /** What to do where there is no io_uring. */
  public enum Fallback {
    /**
     * Use the ring if there is one, otherwise the pool, saying so once in the log. The {@linkplain
     * Uring#shared() shared} one goes back to the ring when a shortage has passed.
     */
    AUTO,
    /** Use the ring or fail, with an {@link UnsupportedOperationException}. */
    NEVER,
    /** Use the pool, as if there were no io_uring. */
    ALWAYS
  }

  /**
   * Which operations may be carried out on the calling thread, without parking it for them. A
   * virtual thread that has had nothing but such operations for 0.5 ms lets others run, if they
   * want its carrier, before its last one returns.
   */
  public enum Inline {
    /** None: every operation goes through the ring. */
    NEVER,
    /**
     * Those that cannot block: reads of what is in the page cache and writes that the file system
     * takes at once ({@code RWF_NOWAIT}, preadv2(2)), opens of what is cached ({@code
     * RESOLVE_CACHED}, openat2(2)). The exception is a file system that is frozen (fsfreeze(8)): a
     * write there waits on the caller.
     */
    NON_BLOCKING,
    /**
     * Also plain buffered writes, as long as they are quick: when those that took more than 0.5 ms
     * have taken more than 20 ms of the last 100 ms, writes to that device go through the ring for
     * 20 ms. For file systems whose buffered writes cannot be tried without blocking, such as ext4,
     * where the ring hands each write to a kernel thread. A slow write delays the other virtual
     * threads of its carrier once. The same is true of {@link UringFiles#write} of up to 256 KiB
     * without {@link Sync}, while no other file is being written that way.
     */
    ADAPTIVE
  }

  private static final String PROPERTY_PREFIX = "io.github.loomuring.";
  private static final String[] PROPERTIES = {
    "entries",
    "completionEntries",
    "gate",
    "pollMicros",
    "fallback",
    "inline",
    "rings",
    "workers",
    "sqPollIdleMillis"
  };
  private static final int ENTRIES_MAX = 32_768;
  private static final int COMPLETION_ENTRIES_MIN = 8;
  private static final int COMPLETION_ENTRIES_MAX = 65_536;
  private static final int POLL_MICROS_MAX = 10_000;
  private static final int RINGS_MAX = 64;

  /** One would leave none to the others while it is taken for ever. */
  private static final int WORKERS_MIN = 2;

  private static final int WORKERS_MAX = 65_536;
  private static final int SQ_POLL_IDLE_MILLIS_MAX = 60_000;
  private static final UringOptions DEFAULTS =
      new UringOptions(256, 8_192, 80, 100, Fallback.AUTO, Inline.NON_BLOCKING, 1, WORKERS_MAX, 0);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public UringOptions {
    checkPowerOfTwo("entries", entries, 2, ENTRIES_MAX);
    checkPowerOfTwo(
        "completionEntries",
        completionEntries,
        Math.max(COMPLETION_ENTRIES_MIN, 2 * entries),
        COMPLETION_ENTRIES_MAX);
    checkRange("gate", gate, 1, COMPLETION_ENTRIES_MAX);
    checkRange("pollMicros", pollMicros, 0, POLL_MICROS_MAX);
    checkRange("rings", rings, 1, RINGS_MAX);
    checkRange("workers", workers, WORKERS_MIN, WORKERS_MAX);
    checkRange("sqPollIdleMillis", sqPollIdleMillis, 0, SQ_POLL_IDLE_MILLIS_MAX);
    Objects.requireNonNull(fallback, "fallback");
    Objects.requireNonNull(inline, "inline");
  }

  /**
   * 256 entries, 8,192 completion entries, a gate of 80, 100 µs of looking, {@link Fallback#AUTO},
   * {@link Inline#NON_BLOCKING}, one ring, no bound on workers, no thread of the kernel that
   * submits.
   *
   * @return the defaults
   */
  public static UringOptions defaults() {
    return DEFAULTS;
  }

  /**
   * What {@link Uring#shared()} uses: the defaults, changed by those system properties that there
   * are. An option's property has its name behind {@code io.github.loomuring.}, and a number or the
   * name of a constant as its value: {@code -Dio.github.loomuring.inline=ADAPTIVE}, {@code
   * -Dio.github.loomuring.rings=4}. They are changed in the order in which they are listed at
   * {@link UringOptions}, so that {@code entries} alone takes {@code completionEntries} along.
   *
   * @return the options
   * @throws IllegalArgumentException if a property's value is none of its option; the message names
   *     both
   */
  public static UringOptions fromSystemProperties() {
    return fromProperties(System.getProperties());
  }

  /** As {@link #fromSystemProperties}, of {@code properties}. */
  static UringOptions fromProperties(Properties properties) {
    UringOptions options = DEFAULTS;
    for (String property : PROPERTIES) {
      String name = PROPERTY_PREFIX + property;
      String value = properties.getProperty(name);
      if (value != null) {
        try {
          options = options.with(property, value.strip());
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException(name + "=" + value + " is not a number", e);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(name + "=" + value + ": " + e.getMessage(), e);
        }
      }
    }
    return options;
  }

  private UringOptions with(String property, String value) {
    return switch (property) {
      case "entries" -> withEntries(parseInt(value));
      case "completionEntries" -> withCompletionEntries(parseInt(value));
      case "gate" -> withGate(parseInt(value));
      case "pollMicros" -> withPollMicros(parseInt(value));
      case "fallback" -> withFallback(constant(Fallback.values(), value));
      case "inline" -> withInline(constant(Inline.values(), value));
      case "rings" -> withRings(parseInt(value));
      case "workers" -> withWorkers(parseInt(value));
      case "sqPollIdleMillis" -> withSqPollIdleMillis(parseInt(value));
      default -> throw new AssertionError("property=" + property);
    };
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
   * These options with another submission queue. The completion queue keeps its proportion to it,
   * as far as its range allows.
   *
   * @param entries see {@link UringOptions}
   * @return the changed options
   */
  public UringOptions withEntries(int entries) {
    checkPowerOfTwo("entries", entries, 2, ENTRIES_MAX);
    long proportional = (long) completionEntries / this.entries * entries;
    int completion = (int) Math.min(COMPLETION_ENTRIES_MAX, proportional);
    return new UringOptions(
        entries, completion, gate, pollMicros, fallback, inline, rings, workers, sqPollIdleMillis);
  }

  /**
   * These options with another completion queue.
   *
   * @param completionEntries see {@link UringOptions}
   * @return the changed options
   */
  public UringOptions withCompletionEntries(int completionEntries) {
    return new UringOptions(
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

  /**
   * These options with another gate.
   *
   * @param gate see {@link UringOptions}
   * @return the changed options
   */
  public UringOptions withGate(int gate) {
    return new UringOptions(
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

  /**
   * These options with another time of looking for a completion.
   *
   * @param pollMicros see {@link UringOptions}; 0 for never
   * @return the changed options
   */
  public UringOptions withPollMicros(int pollMicros) {
    return new UringOptions(
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

  /**
   * These options with another fallback.
   *
   * @param fallback see {@link UringOptions}
   * @return the changed options
   */
  public UringOptions withFallback(Fallback fallback) {
    return new UringOptions(
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

  /**
   * These options with another inline policy.
   *
   * @param inline see {@link UringOptions}
   * @return the changed options
   */
  public UringOptions withInline(Inline inline) {
    return new UringOptions(
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

  /**
   * These options with another number of rings.
   *
   * @param rings see {@link UringOptions}
   * @return the changed options
   */
  public UringOptions withRings(int rings) {
    return new UringOptions(
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

  /**
   * These options with another bound on the kernel's workers.
   *
   * @param workers see {@link UringOptions}
   * @return the changed options
   */
  public UringOptions withWorkers(int workers) {
    return new UringOptions(
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

  /**
   * These options with or without a thread of the kernel that submits.
   *
   * @param sqPollIdleMillis see {@link UringOptions}; 0 for without
   * @return the changed options
   */
  public UringOptions withSqPollIdleMillis(int sqPollIdleMillis) {
    return new UringOptions(
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

  private static void checkRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + "=" + value + " is not from " + min + " to " + max);
    }
  }

  private static void checkPowerOfTwo(String name, int value, int min, int max) {
    if (value < min || value > max || Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          name + "=" + value + " is not a power of two from " + min + " to " + max);
    }
  }
}
