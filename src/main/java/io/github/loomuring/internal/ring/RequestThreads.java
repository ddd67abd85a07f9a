package io.github.loomuring.internal.ring;

import io.github.loomuring.internal.concurrent.Pauses;
import io.github.loomuring.internal.concurrent.SpinLock;
import io.github.loomuring.internal.jvm.DaemonThreads;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/**
 * A bounded number of daemon platform threads that carry out requests, and the queue before them.
 * Threads are made when a request finds none idle, and end after some seconds without one.
 *
 * <p>Any thread may call any method, and none is thrown an Error: a request that has been added is
 * carried out. If there is no thread, and none can be made, whoever adds a request carries it out.
 */
final class RequestThreads {
  /** Takes the result of a request; called by the thread that has carried it out. */
  interface Receiver {
    /**
     * The request has been carried out. Nothing is thrown.
     *
     * @param errno the calling thread's scratch
     */
    void ended(Request request, long userData, int res, MemorySegment errno);
  }

  /*
   * Every request in the queue has a thread that comes for it, or all threads are busy:
   *
   *   lookers   threads that are about to look at the queue: they have been woken, or have begun,
   *             or hand over a result, which takes microseconds
   *
   * A request wakes or makes a thread only if there are more requests than lookers. So a thread
   * whose result lets the next request in, as that of an fsync does, carries it out itself.
   *
   * A thread that is being made is no looker until it has begun, because it may fail to begin. As
   * long as none has begun, each request makes a thread of its own.
   *
   * Everything is under the lock, which is held for a few instructions.
   */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** The pause after a thread could not be made: the JVM prints a warning for each. */
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Callers at once that carry out requests because there is no thread. */
  private static final int HELPERS_MAX = 8;

  private final String name;
  private final int threadsMax;
  private final Kernel kernel;
  private final Receiver receiver;
  private final SpinLock lock = new SpinLock();
  private final WaiterList queue = new WaiterList(); // guarded by lock
  private final WaiterList idle = new WaiterList(); // guarded by lock
  private final Helper[] helpers = new Helper[HELPERS_MAX]; // their threads are guarded by lock
  private int made; // guarded by lock; threads that run, or that somebody is making
  private int running; // guarded by lock; threads that have begun, and have not ended
  private int lookers; // guarded by lock
  private int number; // guarded by lock; of the last thread
  private boolean hasFailed; // guarded by lock; the last thread could not be made
  private long failedNanos; // guarded by lock; when
  private boolean closed; // guarded by lock

  /**
   * Makes a group without threads.
   *
   * @param name what the names of its threads start with
   */
  RequestThreads(String name, int threadsMax, Kernel kernel, Receiver receiver) {
    this.name = name;
    this.threadsMax = threadsMax;
    this.kernel = kernel;
    this.receiver = receiver;
    for (int i = 0; i < HELPERS_MAX; i++) {
      helpers[i] = new Helper();
    }
  }

  // ---- adding and taking back

  /** Has {@code request} carried out. */
  void add(Request request) {
    Worker woken = null;
    int making = 0;
    boolean alone;
    lock.lock();
    try {
      queue.add(request);
      alone = running == 0;
      if (alone || queue.size() > lookers) {
        woken = (Worker) idle.pollLast();
        if (woken != null) {
          lookers++;
        } else if (made < threadsMax && mayMake()) {
          made++;
          making = ++number;
        }
      }
    } finally {
      lock.unlock();
    }
    if (woken != null) {
      Pauses.unpark(woken.thread);
    } else if (making == 0 ? alone : !make(making)) {
      help();
    }
  }

  /** Takes back a request that no thread has begun to carry out; false if one has. */
  boolean remove(Request request) {
    lock.lock();
    try {
      if (!queue.contains(request)) {
        return false;
      }
      queue.remove(request);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Has idle threads end. Requests that are added later are carried out all the same. */
  void close() {
    for (; ; ) {
      Worker woken;
      lock.lock();
      try {
        closed = true;
        woken = (Worker) idle.pollLast();
        if (woken != null) {
          lookers++;
        }
      } finally {
        lock.unlock();
      }
      if (woken == null) {
        return;
      }
      Pauses.unpark(woken.thread);
    }
  }

  /** The number of threads that run, idle ones included. */
  int count() {
    lock.lock();
    try {
      return running;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private boolean mayMake() {
    return !hasFailed || System.nanoTime() - failedNanos >= RETRY_NANOS;
  }

  /** Makes a thread; false if there is none. */
  private boolean make(int threadNumber) {
    boolean started = false;
    try {
      Worker worker = new Worker();
      started = DaemonThreads.start(name + threadNumber, worker);
    } catch (Throwable t) {
      // No memory, or the caller is deep in its stack: nothing has been started.
    }
    lock.lock();
    try {
      hasFailed = !started;
      if (!started) {
        made--;
        failedNanos = System.nanoTime();
      }
    } finally {
      lock.unlock();
    }
    return started;
  }

  // ---- without threads

  /** A caller that carries out requests. */
  private static final class Helper {
    final CallScratch scratch = new CallScratch();
    Thread thread;
  }

  /**
   * Carries out requests on the caller until there is none left, if no thread has begun. A request
   * that is added meanwhile, by a completion, is left to this loop.
   */
  private void help() {
    Helper helper = null;
    lock.lock();
    try {
      if (running == 0 && queue.size() > 0) {
        helper = freeHelper(Thread.currentThread());
      }
    } finally {
      lock.unlock();
    }
    while (helper != null) {
      Request request;
      lock.lock();
      try {
        request = (Request) queue.poll(); // only requests are added
        if (request == null) {
          helper.thread = null;
        }
      } finally {
        lock.unlock();
      }
      if (request == null) {
        return;
      }
      carryOut(request, helper.scratch, false);
    }
  }

  /** A helper for {@code caller}; null if it is helping already, or enough others are. */
  private Helper freeHelper(Thread caller) {
    Helper free = null;
    for (Helper helper : helpers) {
      if (helper.thread == caller) {
        return null;
      }
      free = helper.thread == null ? helper : free;
    }
    if (free != null) {
      free.thread = caller;
    }
    return free;
  }

  // ---- carrying out

  private void carryOut(Request request, CallScratch scratch, boolean isLooker) {
    request.submitting();
    long userData = request.userData();
    int result;
    try {
      result = RequestCalls.carryOut(kernel, request, scratch);
    } catch (Throwable t) {
      result = Errno.ENOMEM.negated(); // there was no stack or no memory for the call
    }
    if (isLooker) {
      lock.lock();
      lookers++;
      lock.unlock();
    }
    receiver.ended(request, userData, result, scratch.errno);
  }

  /** One thread. */
  private final class Worker extends WaiterList.Waiter implements Runnable {
    private final CallScratch scratch = new CallScratch();

    /** Written before it is idle. */
    private Thread thread;

    @Override
    public void run() {
      thread = Thread.currentThread();
      lock.lock();
      running++;
      lookers++;
      lock.unlock();
      for (Request request = next(); request != null; request = next()) {
        carryOut(request, scratch, true);
      }
    }

    /** The next request, which is waited for; null if the thread is to end. */
    private Request next() {
      for (long idleSince = 0; ; ) {
        lock.lock();
        try {
          if (!idle.contains(this)) { // it is a looker
            lookers--;
            Request request = (Request) queue.poll();
            if (request != null) {
              return request;
            }
            if (closed) {
              end();
              return null;
            }
            idle.add(this);
            idleSince = System.nanoTime();
          } else if (System.nanoTime() - idleSince >= IDLE_NANOS) {
            idle.remove(this);
            end();
            return null;
          }
        } finally {
          lock.unlock();
        }
        Pauses.parkNanos(IDLE_NANOS);
      }
    }

    /** Under the lock. */
    private void end() {
      running--;
      made--;
    }
  }
}
