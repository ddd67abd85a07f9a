package io.github.loomuring.internal.watch;

import io.github.loomuring.internal.schedule.Carriers;

/**
 * Looks for blocked carriers, and raises or lowers the number of spare ones. Used by the watcher
 * alone, except for what says otherwise.
 */
final class Looks {
  /*
   * A look reads the marks and the number of queued threads, which takes a microsecond. Only if
   * threads are queued, and so many carriers are in calls that too few may be left, it reads the
   * states of the carriers, which takes microseconds for each. If too few are left, and a call has
   * lasted since the look before, it is rescued at once. The threads of shorter marked calls give
   * way by themselves, see Turns.
   *
   * Only carriers in marked calls that have lasted get a spare. Others that sleep at the look may
   * wait for the lock of a file, and more threads would only make the queue for it longer.
   *
   * If all carriers are watched, their threads may never park. Then a thread that wakes up has to
   * wait until a carrier is added, however short the calls are. So as long as half of the carriers
   * are blocked on average, there are as many as threads that want one. They stay while a quarter
   * is blocked, and for a while after that: calls that are shorter than the time between two looks
   * are seen by chance. That costs little, because a carrier that is blocked needs no processor.
   *
   * State, not time, tells whether a carrier is blocked: if the processors are busy, calls last as
   * well, but another carrier would only make the processors busier.
   *
   * A raised parallelism has no effect before a task is submitted to a queue of the scheduler that
   * was empty. So each raise is followed by nudges: virtual threads that do nothing.
   */

  static final String NO_BEAN = "the JDK lacks the module jdk.management";
  private static final String OTHER_SCHEDULER = "the scheduler of virtual threads is not the JDK's";

  static final long PAUSE_NANOS = 500_000;

  /** The pause if no carrier has been lacking for a while: a look takes 20 µs of processor time. */
  private static final long CALM_NANOS = 1_000_000;

  private static final int CALM_LOOKS = 64;

  /** After a look at many carriers the pause is so many times longer than the look. */
  private static final int COST = 8;

  private static final long PAUSE_NANOS_MAX = 5_000_000;

  /** The pause if all carriers are watched, and those with threads to run do run. */
  private static final long BUSY_NANOS = 1_000_000;

  /** While there are spares, one of so many looks is at the carriers even if none is lacking. */
  private static final int LOOKS_TO_LOWER = 4;

  /** The same if all carriers are watched, of which there may be many. */
  private static final int LOOKS_TO_LOWER_ALL = 16;

  /** How long fewer spares must suffice until there are fewer. */
  private static final long LOWER_NANOS = 5_000_000;

  /** The same if all carriers are watched. */
  private static final long LOWER_ALL_NANOS = 200_000_000;

  final Spares spares = new Spares();
  final Rescues rescues = new Rescues();
  private final Marks marks = new Marks();
  private final Nudges nudges = new Nudges();
  private final BlockedShare share = new BlockedShare(); // if all carriers are watched
  private CarrierStates states;

  private long pauseNanos = PAUSE_NANOS;
  private int number;
  private int blocked; // carriers in marked calls, at the last look at the carriers
  private int lacks; // looks in a row at which carriers were lacking
  private int calm; // looks since carriers were lacking

  /** Makes looks possible. Returns null, or what prevents it. */
  String prepare() {
    try {
      Carriers.find();
      if (Carriers.areMissing()) {
        return NO_BEAN;
      }
      if (Carriers.queued() < 0 || Carriers.poolSize() < 0 || Carriers.mounted() < 0) {
        return OTHER_SCHEDULER;
      }
    } catch (LinkageError e) {
      return NO_BEAN;
    } catch (InternalError e) {
      return OTHER_SCHEDULER;
    }
    states = CarrierStates.find(rescues);
    if (states == null) {
      return "/proc/self/task cannot be read";
    }
    // Loads what the first look needs, before any carrier is blocked.
    nudges.add(0);
    states.look(Carriers.poolSize(), Carriers.mounted());
    return null;
  }

  /** The pause until the next look. */
  long pauseNanos() {
    return pauseNanos;
  }

  /** Whether a mark is used, or has been since the last look. */
  boolean areMarksUsed() {
    return marks.look();
  }

  /** Closes all files. */
  void rest() {
    states.close();
  }

  /** Returns whether there is a reason to look again soon. */
  boolean look(boolean all) {
    calm = Math.min(calm + 1, CALM_LOOKS);
    pauseNanos = calm == CALM_LOOKS ? CALM_NANOS : PAUSE_NANOS;
    boolean used = marks.look();
    int blockedMax = all ? Integer.MAX_VALUE : marks.inside();
    int base = spares.base();
    if (mayLack(all, base)) {
      used = true;
      lookAtCarriers(all, base, blockedMax);
    } else if (spares.count() > 0 && (blockedMax == 0 || ++number % looksToLower(all) == 0)) {
      lookAtCarriers(all, base, blockedMax);
    } else if (spares.count() == 0) {
      lacks = 0;
      blocked = 0;
      share.reset();
    }
    Carriers.setSpares(spares.count(), Math.min(blocked, spares.count()));
    return used || spares.count() > 0;
  }

  private static int looksToLower(boolean all) {
    return all ? LOOKS_TO_LOWER_ALL : LOOKS_TO_LOWER;
  }

  private boolean mayLack(boolean all, int base) {
    return all ? queued() > 0 : Carriers.mounted() - marks.inside() < base && queued() > 0;
  }

  private int queued() {
    return (int) Math.min(Integer.MAX_VALUE, Carriers.queued() - nudges.waiting());
  }

  private void lookAtCarriers(boolean all, int base, int blockedMax) {
    states.setName(nudges.carrierName());
    int poolSize = Carriers.poolSize();
    int mounted = Carriers.mounted();
    long startNanos = System.nanoTime();
    states.look(poolSize, mounted);
    long costNanos = System.nanoTime() - startNanos;
    // The JDK does not count a carrier as mounted which it lets another one run for. There may be
    // no other one, though.
    int replaced = Math.clamp(poolSize - mounted - states.parked(), 0, states.blocked());
    blocked = Math.min(states.blocked() - replaced, blockedMax);
    boolean lacking =
        all ? replaceAll(base, mounted, replaced) : replaceMarked(base, mounted, replaced);
    long least = lacking ? PAUSE_NANOS : pauseNanos;
    pauseNanos = Math.clamp(COST * costNanos, least, PAUSE_NANOS_MAX);
    if (all && blocked + replaced == 0 && spares.count() == 0) {
      pauseNanos = Math.max(pauseNanos, BUSY_NANOS);
    }
  }

  /** Replaces the carriers in marked calls that last. Returns whether carriers are lacking. */
  private boolean replaceMarked(int base, int mounted, int replaced) {
    int queued = queued();
    boolean lacking = blocked > 0 && mounted - blocked < base && queued > 0;
    countLacks(lacking);
    int needed = Math.min(blocked, marks.lasting());
    if (lacking && needed > 0) {
      states.rescue(needed);
      // More than the size of the pool: otherwise the scheduler would start no carrier.
      spares.raise(needed + replaced + (lacks == 1 ? 0 : Math.min(queued, needed)));
      rescues.spares(spares.count());
      nudges.add(lacks);
    } else {
      spares.lower(blocked, LOWER_NANOS);
    }
    return lacking;
  }

  /** Replaces all carriers that are blocked. Returns whether carriers are lacking. */
  private boolean replaceAll(int base, int mounted, int replaced) {
    share.add(mounted, blocked);
    int queued = queued();
    int watched = blocked + replaced;
    boolean few = mounted - blocked < base;
    boolean lacking = watched > 0 && queued > 0 && (few || share.isHalf());
    countLacks(lacking);
    if (lacking && (share.isHalf() || share.leavesFewerThan(base))) {
      states.rescue(watched);
      int more = lacks == 1 && few ? 0 : Math.min(queued, watched);
      int needed = share.isHalf() ? Math.max(blocked, mounted - base) : blocked;
      replaceAllBy(needed + replaced + more);
    } else {
      // One more than are mounted, so that a thread that wakes up finds a carrier.
      int needed = share.isQuarter() ? Math.max(blocked, mounted + 1 - base) : share.blocked();
      spares.lower(needed, LOWER_ALL_NANOS);
    }
    return lacking;
  }

  private void replaceAllBy(int count) {
    if (count > spares.count()) {
      spares.raise(count);
      rescues.spares(spares.count());
    } else {
      spares.lower(count, LOWER_ALL_NANOS);
    }
    nudges.add(lacks); // even if there are enough: the scheduler starts one carrier a nudge
  }

  private void countLacks(boolean lacking) {
    lacks = lacking ? lacks + 1 : 0;
    calm = lacking ? 0 : calm;
  }
}
