package io.github.loomuring.hazard;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.FileOperations;
import io.github.loomuring.Uring;
import io.github.loomuring.hazard.Call.On;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Trees;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations on paths that are interrupted, come too late, or meet others on the same names. */
@ParameterizedClass
@EnumSource(
    names = {"RING", "RING_NOTHING_INLINE", "RING_TINY", "POOL", "POOL_NOTHING_INLINE", "CHANNELS"})
@ExtendWith(LeakCheck.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileOperationsHazardTest {
  private static final int THREADS = 64;
  private static final int ROUNDS = 150;
  private static final int NAMES = 12;

  @Parameter Engines engine;
  @TempDir Path directory;
  private Uring uring;
  private FileOperations files;

  @BeforeEach
  void open() {
    uring = engine.open();
    files = uring.files();
  }

  @AfterEach
  void close() {
    uring.close();
  }

  /** Every operation, on a file, a link and two directories that exist. */
  private Map<String, Callable<Object>> calls() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "content");
    Path other = Files.writeString(directory.resolve("other"), "other");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
    Path created = directory.resolve("new");
    Map<String, Callable<Object>> calls = new HashMap<>();
    calls.put("readAllBytes", () -> files.readAllBytes(file));
    calls.put("readString", () -> files.readString(file));
    calls.put("write", () -> files.write(created, new byte[1]));
    calls.put("write over", () -> files.write(file, new byte[1]));
    calls.put("writeString", () -> files.writeString(file, "x"));
    calls.put("deleteIfExists", () -> files.deleteIfExists(file));
    calls.put("delete", done(() -> files.delete(file)));
    calls.put("delete directory", done(() -> files.delete(empty)));
    calls.put("move", () -> files.move(file, created));
    if (engine.callsKernel()) {
      calls.put("exchange", done(() -> files.exchange(file, other)));
    }
    calls.put("copy", () -> files.copy(file, created));
    calls.put("createDirectory", () -> files.createDirectory(created));
    calls.put("createDirectories", () -> files.createDirectories(created.resolve("a/b")));
    calls.put("createDirectories that exist", () -> files.createDirectories(empty));
    calls.put("createSymbolicLink", () -> files.createSymbolicLink(created, file));
    calls.put("createLink", () -> files.createLink(created, file));
    calls.put("readSymbolicLink", () -> files.readSymbolicLink(link));
    calls.put("exists", () -> files.exists(file));
    calls.put("exists not", () -> files.exists(created));
    calls.put("size", () -> files.size(file));
    calls.put("attributes", () -> files.attributes(file));
    calls.put("list", () -> files.list(directory));
    return calls;
  }

  private interface Action {
    void run() throws IOException;
  }

  private static Callable<Object> done(Action action) {
    return () -> {
      action.run();
      return null;
    };
  }

  @ParameterizedTest
  @EnumSource
  void interruptBeforeTheCallKeepsItFromStarting(On on) throws Exception {
    Map<String, Callable<Object>> calls = calls();
    SortedMap<String, String> before = Trees.look(directory);
    for (Callable<Object> work : calls.values()) {
      Call<Object> call =
          Call.start(
              on,
              () -> {
                Thread.currentThread().interrupt();
                return work.call();
              });
      call.assertInterrupted();
    }
    assertThat(Trees.look(directory)).isEqualTo(before);
  }

  @Test
  void closedUringDoesNothing() throws Exception {
    Map<String, Callable<Object>> calls = calls();
    SortedMap<String, String> before = Trees.look(directory);
    uring.close();
    calls.forEach(
        (name, work) ->
            assertThatThrownBy(work::call).as(name).isInstanceOf(ClosedChannelException.class));
    assertThat(Trees.look(directory)).isEqualTo(before);
  }

  // ---- many at once

  /** What the threads have done to the names, by what the calls returned. */
  private final AtomicInteger fileNames = new AtomicInteger();

  private final AtomicInteger directoryNames = new AtomicInteger();
  private final AtomicInteger successes = new AtomicInteger();

  @Test
  void namesThatAllThreadsUseAtOnceAreAsManyAsTheCallsSay() throws Exception {
    Random seeds = Hazards.random("FileOperationsHazardTest");
    CountDownLatch start = new CountDownLatch(1);
    List<Call<Void>> calls = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      Random random = new Random(seeds.nextLong());
      calls.add(
          Call.start(
              i % 2 == 0 ? On.VIRTUAL : On.PLATFORM,
              () -> {
                start.await();
                for (int round = 0; round < ROUNDS; round++) {
                  step(random, number * ROUNDS + round);
                }
                return null;
              }));
    }
    start.countDown();
    for (Call<Void> call : calls) {
      call.value();
    }
    SortedMap<String, String> tree = Trees.look(directory);
    List<String> contents = tree.values().stream().filter(what -> what.startsWith("file")).toList();
    assertThat(contents).as("files").hasSize(fileNames.get()).doesNotHaveDuplicates();
    assertThat(contents).allMatch(what -> what.matches("file \\d+: written \\d+\\."));
    assertThat(tree).hasSize(fileNames.get() + directoryNames.get());
    assertThat(successes.get()).isGreaterThan(THREADS);
  }

  private void step(Random random, int unique) throws IOException {
    Path file = directory.resolve("f" + random.nextInt(NAMES));
    Path folder = directory.resolve("d" + random.nextInt(NAMES));
    try {
      switch (random.nextInt(7)) {
        case 0, 1 -> {
          files.writeString(file, "written " + unique + ".", CREATE_NEW);
          fileNames.incrementAndGet();
        }
        case 2 -> {
          files.delete(file);
          fileNames.decrementAndGet();
        }
        case 3, 4 -> files.move(file, target("f", random, unique));
        case 5 -> {
          files.createDirectory(folder);
          directoryNames.incrementAndGet();
        }
        default -> {
          if (random.nextBoolean()) {
            files.move(folder, target("d", random, unique));
          } else {
            files.delete(folder);
            directoryNames.decrementAndGet();
          }
        }
      }
      successes.incrementAndGet();
    } catch (NoSuchFileException | FileAlreadyExistsException e) {
      // Another thread was first.
    }
  }

  /** The pool's moves are the JDK's, which may replace what was not there when they looked. */
  private Path target(String kind, Random random, int unique) {
    boolean ofItsOwn = !engine.callsKernel() || random.nextInt(4) == 0;
    return directory.resolve(kind + (ofItsOwn ? "own" + unique : random.nextInt(NAMES)));
  }

  @Test
  void directoriesThatAllThreadsCreateAtOnceAreCreated() throws Exception {
    for (int round = 0; round < 5; round++) {
      Path deep = directory.resolve("a" + round + "/b/c/d");
      CountDownLatch start = new CountDownLatch(1);
      List<Call<Path>> calls = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Path own = deep.resolve("" + i);
        calls.add(
            Call.start(
                i % 2 == 0 ? On.VIRTUAL : On.PLATFORM,
                () -> {
                  start.await();
                  return files.createDirectories(own);
                }));
      }
      start.countDown();
      for (Call<Path> call : calls) {
        assertThat(call.value()).isDirectory();
      }
      assertThat(files.list(deep)).hasSize(THREADS);
    }
  }

  @Test
  void fileThatAllThreadsReplaceIsAlwaysOneOfTheirs() throws Exception {
    Path shared = Files.writeString(directory.resolve("shared"), "written 0.");
    List<Call<Void>> calls = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      calls.add(
          Call.start(
              i % 2 == 0 ? On.VIRTUAL : On.PLATFORM,
              () -> {
                Path own = directory.resolve("own" + number);
                for (int round = 0; round < 20; round++) {
                  files.writeString(own, "written " + number + ".");
                  files.move(own, shared, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
                  assertThat(files.readString(shared)).matches("written \\d+\\.");
                  assertThat(files.exists(shared)).isTrue();
                }
                return null;
              }));
    }
    for (Call<Void> call : calls) {
      call.value();
    }
    assertThat(Trees.look(directory)).containsOnlyKeys("shared");
  }

  @Test
  void onlyOneThreadDeletesAFileAndOnlyOneCreatesIt() throws Exception {
    for (int round = 0; round < 10; round++) {
      Path path = directory.resolve("contended" + round);
      assertThat(countSuccesses(() -> files.createDirectory(path))).isEqualTo(1);
      assertThat(countSuccesses(done(() -> files.delete(path)))).isEqualTo(1);
      assertThat(path).doesNotExist();
    }
  }

  private static int countSuccesses(Callable<Object> work) throws Exception {
    List<Call<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      calls.add(
          Call.start(
              i % 2 == 0 ? On.VIRTUAL : On.PLATFORM,
              () -> {
                try {
                  work.call();
                  return 1;
                } catch (FileAlreadyExistsException | NoSuchFileException e) {
                  return 0;
                }
              }));
    }
    int count = 0;
    for (Call<Integer> call : calls) {
      count += call.value();
    }
    return count;
  }

  @Test
  void directoryThatOthersFillIsNeverLostWithItsFiles() throws Exception {
    Path contended = directory.resolve("contended");
    AtomicInteger names = new AtomicInteger();
    List<Call<Void>> calls = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      calls.add(
          Call.start(
              i % 2 == 0 ? On.VIRTUAL : On.PLATFORM,
              () -> {
                for (int round = 0; round < 20; round++) {
                  fillOrDelete(contended, number + "-" + round, number % 4 == 0, names);
                }
                return null;
              }));
    }
    for (Call<Void> call : calls) {
      call.value();
    }
    files.createDirectories(contended);
    assertThat(files.list(contended)).hasSize(names.get());
  }

  private void fillOrDelete(Path contended, String name, boolean delete, AtomicInteger names)
      throws IOException {
    try {
      if (delete) {
        files.delete(contended);
      } else {
        files.createDirectories(contended);
        files.writeString(contended.resolve(name), "content");
        names.incrementAndGet();
      }
    } catch (NoSuchFileException | DirectoryNotEmptyException | FileAlreadyExistsException e) {
      // Another thread was first; as in the JDK, one that deletes what createDirectories has found.
    }
  }
}
