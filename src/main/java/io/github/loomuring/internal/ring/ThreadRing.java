package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.Fcntl.*;
import static io.github.loomuring.internal.linux.IoUring.*;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.log.LazyLogger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A ring without io_uring: platform threads carry out each request as a system call.
 *
 * <p>A request that waits for a thread can be taken back, and one that waits for a stream to be
 * ready can be cancelled. A system call that has begun goes on to its end.
 */
public final class ThreadRing extends Ring {
  private static final LazyLogger LOGGER = new LazyLogger(ThreadRing.class);

  /*
   * Groups of threads, so that what waits for ever takes no thread from what does not:
   *
   *   files     requests on local files, and on names there; as many as a few devices have gates
   *             for, of which one may hang
   *   remote    requests on other file systems, which may hang
   *   opens     opens that wait, for the other side of a FIFO or the end of a lease
   *   streams   transfers on streams that the poller has found ready
   *
   * The poller waits for the streams.
   */

  /** The most threads for files. */
  static final int FILE_THREADS_MAX = 256;

  /**
   * The most requests in flight on one local device. If it hangs, it holds so many threads, and as
   * many again by requests on names there; the rest is for other devices.
   */
  public static final int DEVICE_REQUESTS_MAX = FILE_THREADS_MAX / 3;

  /** The most threads for remote file systems. */
  public static final int REMOTE_THREADS_MAX = 256;

  private static final int OPEN_THREADS_MAX = 128;
  private static final int STREAM_THREADS_MAX = 16;
  private static final long RETRY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long CLOSE_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long CLOSE_PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final Completions completions;
  private final RequestThreads files;
  private final RequestThreads remote;
  private final RequestThreads opens;
  private final RequestThreads streams;
  private final StreamPoller poller;

  private ThreadRing(Kernel kernel, RingSettings settings, Completions completions) {
    super(settings.completionEntries());
    this.completions = completions;
    String name = "loom-uring-pool-ring" + NUMBERS.incrementAndGet() + "-";
    files = new RequestThreads(name + "files-", FILE_THREADS_MAX, kernel, this::deliver);
    remote = new RequestThreads(name + "remote-", REMOTE_THREADS_MAX, kernel, this::deliver);
    opens = new RequestThreads(name + "opens-", OPEN_THREADS_MAX, kernel, this::deliver);
    streams = new RequestThreads(name + "streams-", STREAM_THREADS_MAX, kernel, this::transferred);
    poller = new StreamPoller(kernel, name + "poller", this::polled);
  }

  /** Makes a ring on {@code kernel}, which must have the calls that the ring cannot do without. */
  public static ThreadRing open(Kernel kernel, RingSettings settings, Completions completions)
      throws UnavailableException {
    checkCalls(kernel);
    return new ThreadRing(kernel, settings, completions);
  }

  /** Profiles of seccomp that do not know io_uring may not know younger system calls either. */
  private static void checkCalls(Kernel kernel) throws UnavailableException {
    MemorySegment errno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
    check("preadv2", kernel.preadv2(errno, -1, 0, 0, 0, 0));
    check("pwritev2", kernel.pwritev2(errno, -1, 0, 0, 0, 0));
    check("statx", kernel.statx(errno, -1, 0, AT_EMPTY_PATH, 0, 0));
    check("poll", kernel.poll(errno, 0, 0, 0));
  }

  private static void check(String call, long result) throws UnavailableException {
    if (Errno.ENOSYS.is(result) || Errno.EPERM.is(result)) {
      throw UnavailableException.of(call, (int) result);
    }
  }

  @Override
  public boolean supports(byte opcode) {
    return RequestCalls.exist(opcode)
        || opcode == IORING_OP_POLL_ADD
        || opcode == IORING_OP_ASYNC_CANCEL;
  }

  // ---- submission

  @Override
  public void submitAll(List<? extends Request> requests, MemorySegment errno) {
    for (int i = 0; i < requests.size(); i++) { // no iterator: there may be no memory for one
      Request request = requests.get(i);
      if (enterGates(request, request.gate)) {
        resubmit(request, errno);
      }
    }
  }

  @Override
  public void resubmit(Request request, MemorySegment errno) {
    if (RequestCalls.pollEvents(request) != 0) {
      poller.add(request);
    } else {
      threadsOf(request).add(request);
    }
  }

  private RequestThreads threadsOf(Request request) {
    if (request.opcode == IORING_OP_OPENAT && (request.opFlags & O_NONBLOCK) == 0) {
      return opens;
    }
    return request.gate.isLasting() ? remote : files;
  }

  @Override
  boolean takeBack(Request request) {
    return RequestCalls.pollEvents(request) == 0 && threadsOf(request).remove(request);
  }

  @Override
  public boolean cancel(Request request, long userData, MemorySegment errno) {
    poller.cancel(request, userData);
    return true;
  }

  @Override
  public boolean cancelsBlockingCalls() {
    return false;
  }

  // ---- completions

  private void deliver(Request request, long userData, int res, MemorySegment errno) {
    try {
      completions.completed(userData, res, errno);
    } catch (Throwable t) {
      // One completion that cannot be delivered must not end the thread.
      logError("a completion could not be delivered: userData=" + userData, t);
    }
  }

  /** Logs an error. A log handler may throw, and nothing can be told of that. */
  private static void logError(String message, Throwable thrown) {
    try {
      LOGGER.get().log(Level.ERROR, message, thrown);
    } catch (Throwable ignored) {
      // The error cannot be reported anywhere else.
    }
  }

  /** The poller has found a stream ready, or its request cancelled, or could not wait for it. */
  private void polled(Request request, long userData, int res, MemorySegment errno) {
    if (res > 0 && request.opcode != IORING_OP_POLL_ADD) {
      streams.add(request);
    } else {
      deliver(request, userData, res, errno);
    }
  }

  /** A stream that was ready has been read from or written to. */
  private void transferred(Request request, long userData, int res, MemorySegment errno) {
    if (Errno.EAGAIN.is(res)) {
      // Somebody else was faster, or poll(2) says more than is true, as that of a terminal may.
      Pauses.parkNanos(RETRY_PAUSE_NANOS);
      poller.add(request);
    } else {
      deliver(request, userData, res, errno);
    }
  }

  // ---- waiting

  @Override
  public void poll(Request request, MemorySegment errno) {
    // A thread hands the result over: there is nothing to look at.
  }

  @Override
  public void beforePark() {
    // No thread of the ring has to be told.
  }

  @Override
  public void awaitRelease(MemorySegment errno) {
    // A result is delivered after the system call.
  }

  // ---- the end

  /** As in {@link Ring}; abandoned requests are not waited for: what they use is not unmapped. */
  @Override
  public boolean close(long timeoutNanos) {
    long deadline = System.nanoTime() + timeoutNanos;
    long pause = CLOSE_PAUSE_NANOS;
    boolean interrupted = false;
    while (completions.isAwaited() && deadline - System.nanoTime() > 0) {
      interrupted |= Thread.interrupted(); // parking with the status set returns at once
      Pauses.parkNanos(pause);
      pause = Math.min(2 * pause, CLOSE_PAUSE_NANOS_MAX);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    beginClose();
    return !completions.isAwaited();
  }

  @Override
  public void beginClose() {
    files.close();
    remote.close();
    opens.close();
    streams.close();
    poller.close();
  }

  // ---- description

  @Override
  public long overflows() {
    return 0;
  }

  /** The number of threads that run, idle ones included. */
  int threads() {
    return files.count() + remote.count() + opens.count() + streams.count();
  }

  @Override
  public String description(String kernelRelease) {
    return "pool, threadsMax=" + FILE_THREADS_MAX + ", kernel=" + kernelRelease;
  }
}
