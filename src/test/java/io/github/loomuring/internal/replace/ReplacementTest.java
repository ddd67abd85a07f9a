package io.github.loomuring.internal.replace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import io.github.loomuring.internal.linux.WatchedKernel;
import io.github.loomuring.support.LeakCheck;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replacing a file in a directory in which somebody else gives names to other files meanwhile. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplacementTest {
  private static final int OWNER = 65_534;
  private static final int GROUP = 12;
  private static final byte[] NEW = "new".getBytes();

  @TempDir Path base;
  private Path directory;
  private Path path;

  /** A file of root's that nobody else may touch. */
  private Path victim;

  private Map<String, Object> victimBefore;

  @BeforeEach
  void makeFiles() throws IOException {
    directory = Files.createDirectory(base.resolve("open to all"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    path = Files.writeString(directory.resolve("file"), "old");
    victim = Files.writeString(base.resolve("victim"), "secret");
    Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rw-------"));
    victimBefore = attributes(victim);
  }

  private static Map<String, Object> attributes(Path path) throws IOException {
    return Files.readAttributes(path, "unix:uid,gid,mode");
  }

  private void giveAway() throws IOException {
    assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "needs root");
    Files.setAttribute(path, "unix:uid", OWNER);
    Files.setAttribute(path, "unix:gid", GROUP);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  private List<Path> temporaries() throws IOException {
    List<Path> found = new ArrayList<>();
    // As the Javadoc of replace says it.
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(directory, ".loom-uring-????????????????")) {
      all.forEach(found::add);
    }
    return found;
  }

  private void assertVictimIsAsItWas() throws IOException {
    assertThat(attributes(victim)).isEqualTo(victimBefore);
    assertThat(victim).hasContent("secret");
  }

  /** How the name of the temporary file comes to mean another one. */
  enum Swap {
    SYMBOLIC_LINK {
      @Override
      void make(Path name, Path victim) throws IOException {
        Files.createSymbolicLink(name, victim);
      }
    },
    HARD_LINK {
      @Override
      void make(Path name, Path victim) throws IOException {
        Files.createLink(name, victim);
      }
    },
    FILE {
      @Override
      void make(Path name, Path victim) throws IOException {
        Files.writeString(name, "another");
      }
    },
    NOTHING {
      @Override
      void make(Path name, Path victim) {}
    };

    abstract void make(Path name, Path victim) throws IOException;

    void at(Path name, Path victim) throws IOException {
      Files.delete(name);
      make(name, victim);
    }
  }

  /** A kernel that does something once, before the first call of that name with a temporary. */
  private Kernel before(String call, Trap trap) {
    AtomicBoolean done = new AtomicBoolean();
    return WatchedKernel.of(
        (name, _, run) -> {
          if (name.equals(call) && !temporaries().isEmpty() && done.compareAndSet(false, true)) {
            trap.on(temporaries().getFirst());
          }
          return run.run();
        });
  }

  private interface Trap {
    void on(Path temporary) throws Throwable;
  }

  // ---- what stays

  @Test
  void ownerGroupAndPermissionsStay() throws IOException {
    giveAway();
    Map<String, Object> before = attributes(path);
    new Replacement(path, NEW).call();
    assertThat(path).hasContent("new");
    assertThat(attributes(path)).isEqualTo(before);
    assertThat(temporaries()).isEmpty();
  }

  @Test
  void withoutTheKernelOwnerIsTheProcessAndPermissionsStay() throws IOException {
    giveAway();
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r-----"));
    new Replacement(null, path, NEW).call();
    assertThat(path).hasContent("new");
    assertThat(attributes(path)).containsEntry("uid", 0);
    assertThat(Files.getPosixFilePermissions(path))
        .isEqualTo(PosixFilePermissions.fromString("r--r-----"));
    assertThat(temporaries()).isEmpty();
  }

  @Test
  void ownerThatMayNotBeSetIsLeftAndTheGroupIsTriedAlone() throws IOException {
    giveAway();
    AtomicInteger calls = new AtomicInteger();
    Kernel kernel =
        WatchedKernel.of(
            (name, arguments, run) ->
                name.equals("fchown") && calls.incrementAndGet() > 0 && (int) arguments[2] != -1
                    ? Errno.EPERM.negated()
                    : run.run());
    new Replacement(kernel, path, NEW).call();
    assertThat(attributes(path)).containsEntry("uid", 0).containsEntry("gid", GROUP);
    assertThat(calls).hasValue(2);
  }

  @Test
  void linksAreFollowedToWhatIsReplaced() throws IOException {
    for (Kernel kernel : new Kernel[] {LinuxKernel.INSTANCE, null}) {
      Path link = directory.resolve("link" + (kernel == null));
      Files.createSymbolicLink(link, Path.of("..", "victim"));
      new Replacement(kernel, link, NEW).call();
      assertThat(victim).hasContent("new");
      assertThat(link).isSymbolicLink();
    }
  }

  // ---- somebody else gives the name to another file

  /** Between any two steps: what is set is set of the file that was made. */
  @ParameterizedTest
  @EnumSource
  void filesOfOthersKeepOwnerAndPermissions(Swap swap) throws IOException {
    giveAway();
    for (String call : new String[] {"pwritev2", "fchown", "fchmod", "fsync", "statx"}) {
      Kernel kernel = before(call, temporary -> swap.at(temporary, victim));
      assertThatThrownBy(new Replacement(kernel, path, NEW)::call)
          .as(call)
          .isInstanceOf(FileSystemException.class)
          .hasMessageStartingWith(path.toString())
          .hasMessageContaining("renamed or removed");
      assertVictimIsAsItWas();
      assertThat(path).hasContent("old");
      for (Path left : temporaries()) { // it is not the library's to be deleted
        Files.delete(left);
        assertThat(swap).isNotEqualTo(Swap.NOTHING);
      }
    }
  }

  /** In the moment between the last look and the rename, a name may be lost, but nothing else. */
  @ParameterizedTest
  @EnumSource
  void swapRightBeforeTheRenameSetsNothing(Swap swap) throws IOException {
    giveAway();
    Kernel kernel = before("renameat", temporary -> swap.at(temporary, victim));
    Throwable failure = catchThrowable(new Replacement(kernel, path, NEW)::call);
    if (swap == Swap.NOTHING) {
      assertThat(failure).isInstanceOf(NoSuchFileException.class);
    }
    assertVictimIsAsItWas();
    assertThat(temporaries()).isEmpty();
  }

  /** A name that is taken is another's file: it is neither used nor deleted. */
  @Test
  void nameThatIsTakenIsLeftAlone() throws IOException {
    List<Path> taken = new ArrayList<>();
    Kernel kernel =
        WatchedKernel.of(
            (name, arguments, run) -> {
              Object result = run.run();
              if (name.equals("openat") && !temporaries().isEmpty() && taken.isEmpty()) {
                taken.addAll(temporaries());
                LinuxKernel.INSTANCE.close(
                    (java.lang.foreign.MemorySegment) arguments[0], (int) result);
                return Errno.EEXIST.negated();
              }
              return result;
            });
    new Replacement(kernel, path, NEW).call();
    assertThat(path).hasContent("new");
    assertThat(temporaries()).hasSize(1).isEqualTo(taken);
  }

  /** The directory itself is replaced by a link to another one. */
  @Test
  void directoryIsTheOneThatWasOpened() throws IOException {
    Path elsewhere = Files.createDirectory(base.resolve("elsewhere"));
    Path others = Files.writeString(elsewhere.resolve("file"), "others'");
    Path moved = base.resolve("moved");
    Kernel kernel =
        before(
            "pwritev2",
            _ -> {
              Files.move(directory, moved);
              Files.createSymbolicLink(directory, elsewhere);
            });
    new Replacement(kernel, path, NEW).call();
    assertThat(others).hasContent("others'");
    assertThat(moved.resolve("file")).hasContent("new");
  }

  /** The real thing: another thread swaps whatever temporary file it sees, as fast as it can. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void victimsOfARaceKeepOwnerAndPermissions(boolean byKernel) throws Exception {
    giveAway();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger swaps = new AtomicInteger();
    Thread attacker =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stop.get()) {
                    swaps.addAndGet(swapAll(swaps.get()));
                  }
                });
    try {
      int failures = 0;
      for (int i = 0; i < 2_000 && failures < 100; i++) {
        Replacement replacement =
            byKernel ? new Replacement(path, NEW) : new Replacement(null, path, NEW);
        failures += catchThrowable(replacement::call) != null ? 1 : 0;
        assertThat(attributes(victim)).isEqualTo(victimBefore);
        if (!Files.isRegularFile(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(path); // the attacker won the last moment
        }
        if (Files.notExists(path) || Files.isSameFile(path, victim)) {
          Files.deleteIfExists(path);
          Files.writeString(path, "old");
          giveAway();
        }
      }
    } finally {
      stop.set(true);
      attacker.join();
    }
    assertThat(swaps.get()).isPositive();
    assertVictimIsAsItWas();
  }

  private int swapAll(int before) {
    int count = 0;
    try {
      for (Path temporary : temporaries()) {
        Path link = directory.resolve("link");
        Swap swap = (before + count) % 2 == 0 ? Swap.SYMBOLIC_LINK : Swap.HARD_LINK;
        Files.deleteIfExists(link);
        swap.make(link, victim);
        Files.move(link, temporary, StandardCopyOption.ATOMIC_MOVE);
        count++;
      }
    } catch (IOException e) {
      return count; // it came too late
    }
    return count;
  }

  // ---- failures

  /** Whatever is thrown, and wherever: the file is as it was, and nothing is beside it. */
  @ParameterizedTest
  @ValueSource(strings = {"pwritev2", "fchown", "fchmod", "fsync", "statx", "renameat"})
  void errorLeavesNoTemporaryFile(String call) throws IOException {
    giveAway();
    Error error = new StackOverflowError("by the test");
    Kernel kernel =
        before(
            call,
            _ -> {
              throw error;
            });
    boolean toldItsInode = !call.equals("statx");
    assertThat(catchThrowable(new Replacement(kernel, path, NEW)::call)).isSameAs(error);
    assertThat(path).hasContent("old");
    // What it could not learn the inode of it must not delete: that may be another's by then.
    assertThat(temporaries()).hasSize(toldItsInode ? 0 : 1);
  }

  /** A status that is not known would leave the temporary file behind. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void statusIsAskedForAgainWhileThereIsNoMemory(boolean failsLater) throws IOException {
    giveAway();
    Map<String, Object> before = attributes(path);
    AtomicInteger calls = new AtomicInteger();
    Kernel kernel =
        WatchedKernel.of(
            (name, _, run) -> {
              if (name.equals("statx") && calls.incrementAndGet() % 4 != 0) {
                return Errno.ENOMEM.negated();
              }
              return failsLater && name.equals("renameat") ? Errno.EDQUOT.negated() : run.run();
            });
    Throwable failure = catchThrowable(new Replacement(kernel, path, NEW)::call);
    assertThat(failure != null).isEqualTo(failsLater);
    assertThat(path).hasContent(failsLater ? "old" : "new");
    assertThat(attributes(path)).isEqualTo(before);
    assertThat(temporaries()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pwritev2", "fchown", "fchmod", "fsync", "renameat"})
  void failureLeavesNoTemporaryFile(String call) throws IOException {
    giveAway();
    Kernel kernel =
        WatchedKernel.of(
            (name, _, run) -> {
              int failure = Errno.EDQUOT.negated();
              return !name.equals(call)
                  ? run.run()
                  : name.equals("pwritev2") ? (Object) (long) failure : (Object) failure;
            });
    assertThatThrownBy(new Replacement(kernel, path, NEW)::call)
        .isInstanceOf(FileSystemException.class)
        .hasMessageStartingWith(path.toString())
        .hasMessageContaining("EDQUOT");
    assertThat(path).hasContent("old");
    assertThat(temporaries()).isEmpty();
  }
}
