package io.github.loomuring.internal.op;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.WatchedKernel;
import io.github.loomuring.internal.ring.RingSettings;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.ForwardingEngine;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several rings are one engine: what they divide, and how they begin and end together. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManyRingsTest {
  @TempDir Path directory;

  private static RingSettings settings(int rings, int gate) {
    return RingSettings.builder(8, 64).gate(gate).rings(rings).build();
  }

  private static ManyRings open(int rings, int gate) {
    try {
      return ManyRings.open(settings(rings, gate));
    } catch (UnavailableException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  private static RingFile open(Engine engine, Path path, OpenOption... options) throws Exception {
    return (RingFile) engine.open(path, OpenSpec.of(options));
  }

  @Test
  void filesOpenedByOneThreadAreOnTheRingsInTurn() throws Exception {
    ManyRings engine = open(3, 60);
    List<Context> used = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      RingFile file = open(engine, directory.resolve("file"), WRITE, CREATE);
      used.add(file.handle.context);
      file.close();
    }
    assertThat(used.subList(0, 3))
        .containsExactlyInAnyOrderElementsOf(
            engine.rings().stream().map(RingEngine::context).toList());
    assertThat(used.subList(3, 6)).isEqualTo(used.subList(0, 3));
    assertThat(used.subList(6, 9)).isEqualTo(used.subList(0, 3));
    engine.close();
  }

  /** Also if they have only odd numbers, as threads that come in pairs with others. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 64})
  void operationsOnPathsAreSpreadOverTheRings(int step) throws Exception {
    open(1, 1).close(); // ends the test where there is no io_uring
    Map<Object, AtomicInteger> requests = new ConcurrentHashMap<>();
    Kernel kernel =
        kernel(
            (method, arguments) -> {
              if (method.equals("ioUringEnter") && (int) arguments[2] > 0) {
                requests.computeIfAbsent(arguments[1], _ -> new AtomicInteger()).incrementAndGet();
              }
              return null;
            });
    ManyRings engine = ManyRings.open(kernel, settings(4, 60));
    requests.clear(); // each ring has been tried
    Path path = Files.createFile(directory.resolve("file"));
    for (int i = 0; i < 100 * step; i++) {
      Thread thread = Thread.ofVirtual().unstarted(() -> exists(engine, path));
      if (i % step == 0) {
        thread.start();
        thread.join();
      }
    }
    // Of 100, an even share would be 25.
    assertThat(requests.values()).hasSize(4).allMatch(count -> count.get() >= 10);
    engine.close();
  }

  private static void exists(ManyRings engine, Path path) {
    try {
      engine.status(path, true);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void gateIsDividedAndEachRingHasOneAtLeast() throws Exception {
    assertThat(gates(3, 20)).containsExactly(6, 6, 6);
    assertThat(gates(4, 3)).containsExactly(1, 1, 1, 1);
  }

  private List<Integer> gates(int rings, int gate) throws Exception {
    ManyRings engine = open(rings, gate);
    List<Integer> limits = new ArrayList<>();
    for (int i = 0; i < rings; i++) {
      RingFile file = open(engine, directory.resolve("file"), WRITE, CREATE);
      limits.add(file.handle.readGate.limit());
      file.close();
    }
    engine.close();
    return limits;
  }

  @Test
  void closeEndsWhatRunsOnEveryRing() throws Exception {
    ManyRings engine = open(3, 60);
    List<EngineFile> fifos = new ArrayList<>();
    List<Simulation.Caller<Integer>> reads = new ArrayList<>();
    for (Path path : Fifos.make(directory, 6)) {
      RingFile fifo = open(engine, path, READ, WRITE);
      fifos.add(fifo);
      Simulation.Caller<Integer> read =
          Simulation.call(() -> fifo.read(ByteBuffer.allocateDirect(1), 0));
      reads.add(read);
      Waiting.untilParked(read.thread);
    }
    assertThat(engine.isOpen()).isTrue();
    engine.close();
    assertThat(engine.isOpen()).isFalse();
    assertThat(engine.rings()).noneMatch(RingEngine::isOpen);
    for (Simulation.Caller<Integer> read : reads) {
      assertThat(read.failure()).isInstanceOf(AsynchronousCloseException.class);
    }
    for (EngineFile fifo : fifos) {
      assertThat(fifo.isOpen()).isFalse();
      fifo.close();
    }
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> open(engine, directory.resolve("new"), WRITE, CREATE))
          .isInstanceOf(ClosedChannelException.class);
    }
    engine.close(); // does nothing
  }

  /** One that cannot end is no reason for the others to be neither waited for nor ended. */
  @Test
  void ringsAreEndedBeforeOneThatIsSlowIsWaitedFor() throws Exception {
    open(1, 1).close(); // ends the test where there is no io_uring
    AtomicInteger unmapped = new AtomicInteger();
    Kernel kernel =
        kernel(
            (method, _) -> {
              if (method.equals("munmap")) {
                unmapped.incrementAndGet();
              }
              return null;
            });
    ManyRings engine = ManyRings.open(kernel, settings(3, 60));
    RingEngine slow = engine.rings().getFirst();
    Operation open = slow.context().slots.acquire();
    slow.context().requests.enlist(open, null); // and never submitted: its ring waits for it
    Thread closer = Thread.ofVirtual().start(engine::close);
    Waiting.until("the two other rings to end", () -> unmapped.get() == 4);
    assertThat(closer.isAlive()).isTrue();
    open.end();
    slow.context().slots.release(open);
    closer.join();
    assertThat(unmapped).hasValue(6);
  }

  /** Descriptors, threads and mappings are counted by {@link LeakCheck}. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void ringThatCannotBeMadeHasTheOthersClosed(int failing) {
    open(1, 1).close(); // ends the test where there is no io_uring
    AtomicInteger setUps = new AtomicInteger();
    List<Object> closed = Collections.synchronizedList(new ArrayList<>());
    Kernel kernel =
        kernel(
            (method, arguments) -> {
              if (method.equals("ioUringSetup") && setUps.incrementAndGet() == failing) {
                return Errno.EMFILE.negated();
              }
              if (method.equals("munmap")) {
                closed.add(arguments[1]);
              }
              return null;
            });
    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(() -> ManyRings.open(kernel, settings(5, 60)))
        .withMessageContaining("EMFILE")
        .withMessageContaining("RLIMIT_NOFILE");
    assertThat(setUps).hasValue(failing);
    assertThat(closed).hasSize(2 * (failing - 1));
  }

  /** A default method would quietly do by the pool of the calling thread what rings can do. */
  @Test
  void everyMethodOfAnEngineIsPassedOn() {
    Set<String> missing = new HashSet<>();
    for (Method method : Engine.class.getMethods()) {
      boolean declared =
          Stream.of(ManyRings.class, ForwardingEngine.class)
              .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
              .anyMatch(
                  own ->
                      own.getName().equals(method.getName())
                          && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
      if (!declared) {
        missing.add(method.toString());
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void descriptionTellsTheNumberOfRings() {
    ManyRings engine = open(3, 60);
    assertThat(engine.toString()).startsWith("3 rings, each a ring, kernel=").contains("gate=20");
    engine.close();
  }

  private interface Answer {
    /** The result of a call, or null to have Linux answer. */
    Object to(String method, Object[] arguments);
  }

  private static Kernel kernel(Answer answer) {
    return WatchedKernel.of(
        (name, arguments, call) -> {
          Object result = answer.to(name, arguments);
          return result != null ? result : call.run();
        });
  }
}
