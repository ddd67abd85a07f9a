package io.github.loomuring.internal.watch;

import static io.github.loomuring.internal.linux.SystemCallNumbers.SYS_FUTEX;
import static io.github.loomuring.internal.linux.SystemCallNumbers.SYS_RESTART_SYSCALL;

import io.github.loomuring.internal.linux.SystemCallNumbers;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the kernel tells about the threads that carry virtual threads. Used by one platform thread.
 *
 * <p>It reads {@code /proc} by {@code java.io}: the default file system provider of {@code
 * java.nio.file} may be the library's own, and access to native code may be denied.
 */
final class CarrierStates {
  /*
   * The file syscall of a thread, see proc(5), has the word "running" if the thread runs or is
   * ready to run. If it sleeps, the file starts with the number of its system call, or with -1 if
   * it sleeps for another reason, such as a page fault. It costs less to read than the file stat,
   * and tells a carrier that is blocked from one that has nothing to do, which waits for a futex.
   * Some kernels lack the file. Then the file stat has only the state: S or D for one that sleeps.
   */

  private static final String TASKS = "/proc/self/task";

  /** The kernel cuts names to this length, see prctl(2), PR_SET_NAME. */
  private static final int NAME_LENGTH_MAX = 15;

  private static final String DEFAULT_NAME = "ForkJoinPool-1-worker-1";
  private static final int BUFFER_BYTES = 512;
  private static final int LOOKS_TO_LIST_MAX = 256;

  /** The number of a carrier that is not in a system call, or whose call is not known. */
  private static final int NO_SYSTEM_CALL = -1;

  private final boolean knowsCalls;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final List<Carrier> carriers = new ArrayList<>();

  /** The ids of all threads that have been looked at; those of no interest too. */
  private final Set<String> known = new HashSet<>();

  private String name = cut(DEFAULT_NAME);
  private int listedPoolSize = -1;

  // A thread has another name when it is new, so that it may have to be looked at again.
  private int looksToList;
  private int looksToListAgain;

  private int parked;
  private int blocked;
  private long nowNanos; // of the last look

  private final Rescues rescues;

  private CarrierStates(boolean knowsCalls, Rescues rescues) {
    this.knowsCalls = knowsCalls;
    this.rescues = rescues;
  }

  /** Finds out which files can be read here; null if none. */
  static CarrierStates find(Rescues rescues) {
    if (SYS_FUTEX != SystemCallNumbers.UNKNOWN && isReadable("syscall")) {
      return new CarrierStates(true, rescues);
    }
    return isReadable("stat") ? new CarrierStates(false, rescues) : null;
  }

  private static boolean isReadable(String file) {
    try (FileInputStream in = new FileInputStream("/proc/thread-self/" + file)) {
      return in.read() >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String cut(String name) {
    return name.substring(0, Math.min(name.length(), NAME_LENGTH_MAX));
  }

  /** Sets the name of any carrier, if it is known. All differ in their ends alone. */
  void setName(String carrier) {
    if (carrier == null) {
      return;
    }
    String cut = cut(carrier);
    if (!cut.equals(name)) {
      name = cut;
      close();
    }
  }

  /**
   * Looks at all carriers.
   *
   * @param poolSize the number of carriers that there should be
   * @param mounted the number of those that are not idle
   */
  void look(int poolSize, int mounted) {
    if (poolSize != listedPoolSize) {
      listedPoolSize = poolSize;
      looksToListAgain = 1;
      list();
    } else if (carriers.size() != poolSize && --looksToList <= 0) {
      looksToListAgain = Math.min(2 * looksToListAgain, LOOKS_TO_LIST_MAX);
      known.clear();
      list();
    }
    nowNanos = System.nanoTime();
    parked = 0;
    blocked = 0;
    int sleeping = 0;
    for (int i = carriers.size() - 1; i >= 0; i--) {
      Carrier carrier = carriers.get(i);
      State state = state(carrier);
      switch (state) {
        case PARKED -> parked++;
        case BLOCKED -> blocked++;
        case SLEEPING -> sleeping++;
        case RUNNING -> {}
        case ENDED -> carriers.remove(i);
      }
      follow(carrier, state);
      if (state == State.ENDED) {
        close(carrier);
      }
    }
    int idle = Math.min(sleeping, Math.max(0, poolSize - mounted - parked));
    parked += idle;
    blocked += sleeping - idle;
  }

  /** Follows a call from its first look to the first one that does not find it any more. */
  private void follow(Carrier carrier, State state) {
    boolean sleeps = state == State.BLOCKED || state == State.SLEEPING;
    boolean same = sleeps && carrier.sleeps && carrier.seen == carrier.found && !carrier.hasRun();
    if (!same && carrier.rescued) {
      carrier.rescued = false;
      rescues.end(carrier.event, nowNanos - carrier.sinceNanos);
      carrier.event = null;
    }
    if (!same) {
      carrier.sinceNanos = nowNanos;
    }
    carrier.sleeps = sleeps;
    carrier.seen = carrier.found;
  }

  /** Records that some of the blocked carriers have been replaced. */
  void rescue(int count) {
    int left = count;
    for (int i = 0; i < carriers.size() && left > 0; i++) {
      Carrier carrier = carriers.get(i);
      if (carrier.sleeps) {
        left--;
        if (!carrier.rescued) {
          carrier.rescued = true;
          carrier.sinceNanos = nowNanos; // not earlier: it may have been the same call, made again
          carrier.startRescue();
          carrier.event = rescues.begin(carrier.id, carrier.call);
        }
      }
    }
  }

  /** How many carriers sleep because they have nothing to do, at the last look. */
  int parked() {
    return parked;
  }

  /** How many carriers sleep for another reason. */
  int blocked() {
    return blocked;
  }

  private enum State {
    RUNNING,
    PARKED,
    BLOCKED,
    /** Parked or blocked. */
    SLEEPING,
    ENDED
  }

  private State state(Carrier carrier) {
    int length;
    try {
      carrier.file.seek(0);
      length = carrier.file.read(buffer);
    } catch (IOException e) { // ESRCH
      return State.ENDED;
    }
    carrier.found = knowsCalls ? hash(length) : 0;
    return knowsCalls ? ofCall(carrier, length) : ofStat(length);
  }

  private int hash(int length) {
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + buffer[i];
    }
    return hash;
  }

  private State ofCall(Carrier carrier, int length) {
    if (length <= 0 || buffer[0] == 'r') {
      return State.RUNNING;
    }
    carrier.call = NO_SYSTEM_CALL;
    if (buffer[0] == '-') {
      return State.BLOCKED;
    }
    int call = 0;
    for (int i = 0; i < length && buffer[i] >= '0' && buffer[i] <= '9'; i++) {
      call = call * 10 + buffer[i] - '0';
    }
    carrier.call = call;
    // A signal may interrupt a wait for a futex, which goes on as another call then.
    return call == SYS_FUTEX || call == SYS_RESTART_SYSCALL ? State.PARKED : State.BLOCKED;
  }

  /** The state is after the name, which is in parentheses, and may have some. */
  private State ofStat(int length) {
    int i = length - 1;
    while (i >= 0 && buffer[i] != ')') {
      i--;
    }
    return switch (i >= 0 && i + 2 < length ? buffer[i + 2] : 0) {
      case 'D' -> State.BLOCKED;
      case 'S' -> State.SLEEPING;
      default -> State.RUNNING;
    };
  }

  private void list() {
    looksToList = looksToListAgain;
    String[] ids = new File(TASKS).list();
    if (ids == null) {
      return; // no descriptor is left
    }
    Set<String> present = new HashSet<>(List.of(ids));
    known.retainAll(present);
    for (Carrier carrier : carriers) {
      known.add(carrier.id);
    }
    for (String id : present) {
      if (known.add(id) && name.equals(nameOf(id))) {
        open(id);
      }
    }
  }

  private void open(String id) {
    try {
      String file = TASKS + "/" + id + (knowsCalls ? "/syscall" : "/stat");
      carriers.add(new Carrier(id, new RandomAccessFile(file, "r"), buffer));
    } catch (IOException e) {
      // It has ended, or there is no descriptor.
    }
  }

  private String nameOf(String id) {
    try (FileInputStream in = new FileInputStream(TASKS + "/" + id + "/comm")) {
      int length = in.read(buffer);
      return length <= 0 ? "" : new String(buffer, 0, length, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Closes all files. The next look opens them again. */
  void close() {
    nowNanos = System.nanoTime();
    for (Carrier carrier : carriers) {
      follow(carrier, State.ENDED);
      close(carrier);
    }
    carriers.clear();
    known.clear();
    listedPoolSize = -1;
  }

  private static void close(Carrier carrier) {
    try {
      carrier.file.close();
      carrier.endRescue();
    } catch (IOException e) {
      // They were only read.
    }
  }

  /** A thread of the kernel, and the call in which it sleeps. */
  private static final class Carrier {
    final String id;
    final RandomAccessFile file;
    private final byte[] buffer;

    int call = NO_SYSTEM_CALL;
    int found; // tells one call from another, if they differ in their arguments
    int seen; // the same at the look before
    boolean sleeps;
    long sinceNanos;

    boolean rescued;
    Object event;

    // How often the thread has got a processor. A thread may make the same call again and again.
    private RandomAccessFile schedule;
    private int runs;

    Carrier(String id, RandomAccessFile file, byte[] buffer) {
      this.id = id;
      this.file = file;
      this.buffer = buffer;
    }

    void startRescue() {
      try {
        if (schedule == null) {
          schedule = new RandomAccessFile(TASKS + "/" + id + "/schedstat", "r");
        }
        runs = readRuns();
      } catch (IOException e) {
        schedule = null; // not known in this kernel, or the thread has ended
      }
    }

    /** Whether a thread that was rescued has run since; false if that is not known. */
    boolean hasRun() {
      try {
        return rescued && schedule != null && readRuns() != runs;
      } catch (IOException e) {
        return true; // it has ended
      }
    }

    private int readRuns() throws IOException {
      schedule.seek(0);
      int length = schedule.read(buffer);
      int hash = 1;
      int i = length;
      while (i > 0 && buffer[i - 1] != ' ') {
        hash = 31 * hash + buffer[--i];
      }
      return hash;
    }

    void endRescue() throws IOException {
      if (schedule != null) {
        schedule.close();
      }
    }
  }
}
