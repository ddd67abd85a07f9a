package io.github.loomuring.internal.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.jvm.DaemonThreads;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits until the streams (FIFOs, terminals and other devices) of requests are ready: one daemon
 * platform thread for all of them, so that those that wait for ever take no thread from others. It
 * is made for the first request, and ends after some seconds without one.
 *
 * <p>Any thread may call any method, and none is thrown an Error.
 */
final class StreamPoller {
  /*
   * A request stands in one of two lists:
   *
   *   waiting     the thread polls its descriptor, or is about to
   *   cancelled   it has been cancelled, and the thread is to say so
   *
   * Only the thread takes requests out, outside poll(2). As long as it is in poll(2), the kernel
   * holds the descriptors' files open, and a FIFO would still have a reader after its last one has
   * been closed.
   *
   * An eventfd wakes the thread. The thread makes and closes it; others write to it under the lock,
   * so that it is open then.
   */
  private static final int IDLE_MILLIS = 5_000;

  /** The longest wait if there is no descriptor for the eventfd. */
  private static final int UNWAKABLE_MILLIS = 5;

  private static final long FAILURE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Kernel kernel;
  private final String name;
  private final RequestThreads.Receiver receiver;
  private final ReentrantLock lock = new ReentrantLock();
  private final WaiterList waiting = new WaiterList(); // guarded by lock
  private final WaiterList cancelled = new WaiterList(); // guarded by lock
  private boolean running; // guarded by lock; the thread runs, or somebody is making it
  private boolean woken; // guarded by lock; the eventfd is not zero
  private boolean closed; // guarded by lock
  private int eventFd = -1; // guarded by lock
  private final CallScratch wakeScratch = new CallScratch(); // guarded by lock

  /** Made early: once there is to be a thread, nothing may fail before its start is tried. */
  private final Runnable work = this::run;

  // Used by the thread, or by whoever could not make it.
  private final CallScratch scratch = new CallScratch();
  private MemorySegment fds = Arena.ofAuto().allocate(64 * Fcntl.POLLFD_BYTES, 8);
  private Request[] polled = new Request[64];
  private long[] userData = new long[64];

  /**
   * Makes one without its thread.
   *
   * @param receiver gets the requests that are ready, with the events as their result; and those
   *     that have been cancelled
   */
  StreamPoller(Kernel kernel, String name, RequestThreads.Receiver receiver) {
    this.kernel = kernel;
    this.name = name;
    this.receiver = receiver;
  }

  // ---- other threads

  /** Waits for the descriptor of {@code request}; fails with ENOMEM if there is no thread. */
  void add(Request request) {
    request.submitting();
    boolean start;
    Pauses.lock(lock);
    try {
      waiting.add(request);
      start = !running;
      running = true;
      wake();
    } finally {
      lock.unlock();
    }
    if (start && !DaemonThreads.start(name, work)) {
      failAll();
    }
  }

  /** Ends the wait of {@code request}, if it waits here in the use that {@code data} tells. */
  void cancel(Request request, long data) {
    Pauses.lock(lock);
    try {
      if (waiting.contains(request) && request.userData() == data) {
        waiting.remove(request);
        cancelled.add(request);
        wake();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has the thread end when no request waits. */
  void close() {
    Pauses.lock(lock);
    try {
      closed = true;
      wake();
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void wake() {
    if (eventFd >= 0 && !woken) {
      woken = kernel.pwritev2(wakeScratch.errno, eventFd, wakeScratch.counter(), 1, -1, 0) > 0;
    }
  }

  /** There is no thread, and none can be made. */
  private void failAll() {
    for (; ; ) {
      Request request;
      Pauses.lock(lock);
      try {
        request = (Request) (cancelled.size() > 0 ? cancelled : waiting).poll();
        running = request != null;
      } finally {
        lock.unlock();
      }
      if (request == null) {
        return;
      }
      receiver.ended(request, request.userData(), Errno.ENOMEM.negated(), scratch.errno);
    }
  }

  // ---- the thread

  private void run() {
    makeEventFd();
    boolean idle = false;
    while (!mayEnd(idle)) {
      try {
        deliverCancelled();
        int count = collect();
        idle = poll(count) && count == 0;
      } catch (Throwable t) { // no memory for longer arrays: the next round tries again
        Pauses.parkNanos(FAILURE_PAUSE_NANOS);
      }
    }
  }

  private void makeEventFd() {
    int fd = kernel.eventfd(scratch.errno, 0, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK);
    Pauses.lock(lock);
    eventFd = fd;
    woken = false;
    lock.unlock();
  }

  /**
   * Whether the thread may end, and has closed the eventfd.
   *
   * @param idle whether it has waited long enough for a request
   */
  private boolean mayEnd(boolean idle) {
    int fd;
    Pauses.lock(lock);
    try {
      if (waiting.size() > 0 || cancelled.size() > 0 || !(idle || closed)) {
        return false;
      }
      running = false;
      fd = eventFd;
      eventFd = -1;
    } finally {
      lock.unlock();
    }
    if (fd >= 0) {
      kernel.close(scratch.errno, fd);
    }
    return true;
  }

  private void deliverCancelled() {
    for (; ; ) {
      Request request;
      Pauses.lock(lock);
      try {
        request = (Request) cancelled.poll();
      } finally {
        lock.unlock();
      }
      if (request == null) {
        return;
      }
      receiver.ended(request, request.userData(), Errno.ECANCELED.negated(), scratch.errno);
    }
  }

  /** Notes what is to be polled; how many requests that is. */
  private int collect() {
    Pauses.lock(lock);
    try {
      makeRoom(waiting.size());
      int count = 0;
      set(0, eventFd, Fcntl.POLLIN);
      for (WaiterList.Waiter next = waiting.first(); next != null; next = waiting.after(next)) {
        Request request = (Request) next;
        polled[count] = request;
        userData[count] = request.userData();
        count++;
        set(count, request.fd, RequestCalls.pollEvents(request));
      }
      return count;
    } finally {
      lock.unlock();
    }
  }

  private void makeRoom(int count) {
    if (count < polled.length) {
      return;
    }
    int length = 2 * count;
    Request[] requests = new Request[length];
    long[] data = new long[length];
    fds = Arena.ofAuto().allocate((length + 1) * Fcntl.POLLFD_BYTES, 8);
    polled = requests; // last: the others are long enough
    userData = data;
  }

  private void set(int index, int fd, int events) {
    long at = index * Fcntl.POLLFD_BYTES;
    fds.set(JAVA_INT, at + Fcntl.POLLFD_FD, fd);
    fds.set(JAVA_SHORT, at + Fcntl.POLLFD_EVENTS, (short) events);
    fds.set(JAVA_SHORT, at + Fcntl.POLLFD_REVENTS, (short) 0);
  }

  private int events(int index) {
    return fds.get(JAVA_SHORT, index * Fcntl.POLLFD_BYTES + Fcntl.POLLFD_REVENTS);
  }

  /** Waits, and hands over the requests that are ready; whether the time was up. */
  private boolean poll(int count) {
    boolean wakable = fds.get(JAVA_INT, Fcntl.POLLFD_FD) >= 0;
    if (count == 0 && !wakable) {
      return true;
    }
    int millis = !wakable ? UNWAKABLE_MILLIS : count == 0 ? IDLE_MILLIS : -1;
    int result = kernel.poll(scratch.errno, fds.address(), count + 1, millis);
    if (result < 0) {
      if (!Errno.EINTR.is(result)) {
        Pauses.parkNanos(FAILURE_PAUSE_NANOS);
      }
      return false;
    }
    if (events(0) != 0) {
      clear();
    }
    for (int i = 0; i < count; i++) {
      int events = events(i + 1);
      if (events != 0 && take(polled[i], userData[i])) {
        receiver.ended(polled[i], userData[i], events, scratch.errno);
      }
    }
    return result == 0;
  }

  private void clear() {
    Pauses.lock(lock);
    try {
      kernel.preadv2(scratch.errno, eventFd, scratch.counter(), 1, -1, 0);
      woken = false;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a request that is ready; false if it has been cancelled meanwhile. */
  private boolean take(Request request, long data) {
    Pauses.lock(lock);
    try {
      if (!waiting.contains(request) || request.userData() != data) {
        return false;
      }
      waiting.remove(request);
      return true;
    } finally {
      lock.unlock();
    }
  }
}
