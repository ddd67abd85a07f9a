package io.github.loomuring.internal.op;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.loomuring.Deadline;
import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.internal.Access;
import io.github.loomuring.support.Descriptors;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A normal load with checksums beside threads that overflow their stacks in calls, or in a heap
 * that is full again and again. A program of its own.
 *
 * <p>It ends with status 0 if no byte was wrong, no call hung and nothing was lost, and prints how
 * much was done and thrown.
 */
public final class ErrorSoak {
  private static final int FILES = 12;
  private static final int BLOCKS = 64;
  private static final int BYTES = 4096;
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  private final Path directory;
  private final long seed;
  private final Uring uring =
      Uring.open(UringOptions.builder().fallback(UringOptions.Fallback.NEVER).build());
  private final RingEngine engine = (RingEngine) Access.get().engine(uring);
  private final AtomicLong operations = new AtomicLong();
  private final AtomicLong thrown = new AtomicLong();
  private final List<Loop> loops = new ArrayList<>();
  private volatile boolean over;
  private volatile Throwable wrong;

  private ErrorSoak(Path directory, long seed) {
    this.directory = directory;
    this.seed = seed;
  }

  /** Arguments: an empty directory, seconds, {@code overflow} or {@code heap}, a seed. */
  public static void main(String[] args) throws Exception {
    ErrorSoak soak = new ErrorSoak(Path.of(args[0]), Long.parseLong(args[3]));
    soak.run(Long.parseLong(args[1]), args[2].equals("heap"));
    System.out.println("operations=" + soak.operations);
    System.out.println("thrown=" + soak.thrown);
    System.exit(0);
  }

  private void run(long seconds, boolean heap) throws Exception {
    for (int i = 0; i < FILES; i++) {
      loops.add(new FileLoop(i));
    }
    loops.add(new Records(Fifos.make(directory.resolve("records"))));
    Path calls = Files.createDirectory(directory.resolve("calls"));
    Calls all = new Calls(uring, calls);
    for (Calls.Call call : all.all().values()) {
      call.run(); // loads its classes
    }
    for (int i = 0; i < 3; i++) {
      Calls own = new Calls(uring, Files.createDirectory(directory.resolve("unlucky" + i)));
      loops.add(new Unlucky(own, i, heap));
    }
    List<Thread> threads = new ArrayList<>();
    for (Loop loop : loops) {
      threads.add(loop.start());
    }
    Thread hog = heap ? Thread.ofPlatform().daemon().start(this::fillHeap) : null;
    watch(seconds, threads);
    over = true;
    if (hog != null) {
      hog.join();
    }
    end(threads);
  }

  private void watch(long seconds, List<Thread> threads) throws Exception {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < endNanos && wrong == null) {
      Thread.sleep(200);
      for (int i = 0; i < loops.size(); i++) {
        if (System.nanoTime() - loops.get(i).beatNanos > PATIENCE.toNanos()) {
          over = true;
          throw new AssertionError(
              "seed=" + seed + ": no progress: " + List.of(threads.get(i).getStackTrace()));
        }
      }
    }
    if (wrong != null) {
      throw new AssertionError("seed=" + seed, wrong);
    }
  }

  private void end(List<Thread> threads) throws Exception {
    for (int i = 0; i < threads.size(); i++) {
      if (!threads.get(i).join(PATIENCE)) {
        throw new AssertionError("does not end: " + List.of(threads.get(i).getStackTrace()));
      }
      loops.get(i).close();
    }
    if (wrong != null) {
      throw new AssertionError("seed=" + seed, wrong);
    }
    Waiting.until("slots in use", () -> engine.inUse() == 0);
    Waiting.until("places at the gate", () -> engine.ring().room().inside() == 0);
    Waiting.untilEmpty("open files", () -> Descriptors.below(directory));
    uring.close();
  }

  /** Has the heap full for some milliseconds, again and again. */
  private void fillHeap() {
    List<byte[]> hog = new ArrayList<>(1 << 16);
    while (!over) {
      try {
        for (int bytes = 1 << 20; bytes >= 64; ) {
          try {
            hog.add(new byte[bytes]);
          } catch (OutOfMemoryError e) {
            bytes /= 4;
          }
        }
        Thread.sleep(10);
        hog.clear();
        Thread.sleep(30);
      } catch (InterruptedException | OutOfMemoryError e) {
        hog.clear();
      }
    }
  }

  /** Something that is done again and again by a thread of its own. */
  private abstract class Loop {
    volatile long beatNanos = System.nanoTime();

    /** Once; what is thrown is the test's own wish, unless it is an {@link AssertionError}. */
    abstract void once() throws Throwable;

    void close() throws IOException {}

    Thread start() {
      return Thread.ofVirtual().start(this::run);
    }

    final void run() {
      while (!over) {
        beatNanos = System.nanoTime();
        try {
          once();
          operations.incrementAndGet();
        } catch (AssertionError e) {
          wrong = e;
          over = true;
        } catch (Throwable t) {
          thrown.incrementAndGet();
        }
      }
    }
  }

  /** Writes and reads blocks of a file of its own, and verifies what is read. */
  private final class FileLoop extends Loop {
    private final Random random;
    private final UringFile file;
    private final int number;
    private final long[] versions = new long[BLOCKS];

    /** Of a write that threw, of which it is not known whether it happened; else the same. */
    private final long[] others = new long[BLOCKS];

    private final ByteBuffer heap = ByteBuffer.allocate(BYTES);
    private final ByteBuffer direct = ByteBuffer.allocateDirect(BYTES);
    private final ByteBuffer[] halves = {ByteBuffer.allocate(BYTES / 2), direct};
    private long next = 1;

    FileLoop(int number) throws IOException {
      this.number = number;
      this.random = new Random(seed + number);
      this.file = uring.openFile(directory.resolve("file" + number), CREATE, READ, WRITE);
      for (int block = 0; block < BLOCKS; block++) {
        file.writeFully(fill(heap, block, 0), (long) block * BYTES);
      }
    }

    private ByteBuffer fill(ByteBuffer buffer, int block, long version) {
      buffer.clear();
      for (int i = 0; i < BYTES; i += Long.BYTES) {
        buffer.putLong(value(block, version, i));
      }
      return buffer.flip();
    }

    private long value(int block, long version, int at) {
      return ((version * BLOCKS + block) * FILES + number) * 0x9e3779b97f4a7c15L + at;
    }

    @Override
    void once() throws Throwable {
      int block = random.nextInt(BLOCKS);
      if (random.nextInt(50) == 0) {
        file.force(false);
      } else if (random.nextBoolean()) {
        write(block);
      } else {
        read(block);
      }
    }

    private void write(int block) throws Throwable {
      long version = next++;
      others[block] = version; // until it is known to have happened
      ByteBuffer buffer = random.nextBoolean() ? heap : direct;
      file.writeFully(fill(buffer, block, version), (long) block * BYTES);
      versions[block] = version;
    }

    private void read(int block) throws Throwable {
      boolean vectored = random.nextInt(4) == 0;
      ByteBuffer buffer = random.nextBoolean() ? heap : direct;
      if (vectored) {
        halves[0].clear();
        direct.clear().limit(BYTES / 2);
        if (file.read(halves, (long) block * BYTES) != BYTES) {
          return; // a short read is allowed
        }
        check(block, halves[0].flip(), 0);
        check(block, direct.flip(), BYTES / 2);
        return;
      }
      file.readFully(buffer.clear(), (long) block * BYTES);
      check(block, buffer.flip(), 0);
    }

    private void check(int block, ByteBuffer bytes, int from) {
      long first = bytes.getLong(0);
      long version = first == value(block, versions[block], from) ? versions[block] : others[block];
      for (int i = 0; i < bytes.limit(); i += Long.BYTES) {
        if (bytes.getLong(i) != value(block, version, from + i)) {
          throw new AssertionError("file " + number + ", block " + block + ", byte " + (from + i));
        }
      }
    }

    @Override
    void close() throws IOException {
      file.close();
    }
  }

  /** Sends records through a FIFO and reads them, one at a time. */
  private final class Records extends Loop {
    private static final int RECORD_BYTES = 512;

    private final UringFile fifo;
    private final ByteBuffer out = ByteBuffer.allocate(RECORD_BYTES);
    private final ByteBuffer in = ByteBuffer.allocate(RECORD_BYTES);
    private byte next;
    private boolean sent;

    Records(Path path) throws IOException {
      fifo = uring.openFile(path, READ, WRITE);
    }

    @Override
    void once() throws Throwable {
      if (!sent) {
        out.clear();
        while (out.hasRemaining()) {
          out.put(next);
        }
        if (fifo.write(out.flip(), 0) != RECORD_BYTES) {
          throw new AssertionError("half a record was written");
        }
        sent = true;
        in.clear();
      }
      while (in.hasRemaining()) {
        fifo.read(in, 0);
      }
      for (int i = 0; i < RECORD_BYTES; i++) {
        if (in.get(i) != next) {
          throw new AssertionError("byte " + i + " of a record is " + in.get(i) + ", not " + next);
        }
      }
      next++;
      sent = false;
    }

    @Override
    void close() throws IOException {
      fifo.close();
    }
  }

  /** Makes calls of all kinds, most of them too deep in its stack. */
  private final class Unlucky extends Loop {
    /** In a full heap the JDK's own channels and directory streams lose their descriptors. */
    private static final Set<String> BY_JDK = Set.of("copy", "list", "channel lock", "channel map");

    private final Random random;
    private final List<Calls.Call> calls;
    private final boolean heap;
    private final boolean virtual;
    private final UringFile empty;
    private final ByteBuffer buffer = ByteBuffer.allocate(512);
    private int limit;

    Unlucky(Calls calls, int number, boolean heap) throws Exception {
      this.random = new Random(seed - 1 - number);
      this.calls = new ArrayList<>();
      for (Map.Entry<String, Calls.Call> call : calls.all().entrySet()) {
        if (!heap || !BY_JDK.contains(call.getKey())) {
          this.calls.add(call.getValue());
        }
      }
      this.heap = heap;
      this.virtual = number > 0;
      this.empty = uring.openFile(Fifos.make(directory.resolve("empty" + number)), READ, WRITE);
      this.calls.add(
          () -> Deadline.within(Duration.ofMillis(2), () -> empty.read(buffer.clear(), 0)));
    }

    @Override
    Thread start() {
      return virtual ? super.start() : Thread.ofPlatform().daemon().start(this::run);
    }

    @Override
    void once() throws Throwable {
      Thread.sleep(1); // a thread that never parks would keep its carrier from all others
      Calls.Call call = calls.get(random.nextInt(calls.size()));
      if (heap) {
        call.run();
      } else {
        if (limit == 0 || random.nextInt(1_000) == 0) {
          limit = limit(0);
        }
        deep(
            Math.max(0, limit - (int) (limit * 0.4 * random.nextDouble() * random.nextDouble())),
            call);
      }
    }

    private static int limit(int n) {
      try {
        return n < 0 ? n : limit(n + 1);
      } catch (StackOverflowError e) {
        return n;
      }
    }

    private static void deep(int n, Calls.Call call) throws Exception {
      if (n == 0) {
        call.run();
      } else {
        deep(n - 1, call);
      }
    }

    @Override
    void close() throws IOException {
      empty.close();
    }
  }
}
