package io.github.loomuring.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.loomuring.environment.ChildJvm;
import io.github.loomuring.it.Clients.Uploads;
import io.github.loomuring.it.ServedFiles.Served;
import io.github.loomuring.it.server.HelidonServer;
import io.github.loomuring.it.server.JdkServer;
import io.github.loomuring.it.server.JettyServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an unmodified server asks of the kernel for its files, by strace: under the flag that is
 * io_uring_enter, and the calls by which the library does on the caller what cannot block; without
 * the flag it is what the JDK calls.
 */
class SystemCallsTest {
  private static final int CLIENTS = 20;
  private static final int ROUNDS = 3;
  private static final long SEED = 5;
  private static final long TIMEOUT_SECONDS = 180;

  /** How the JDK does file I/O, and the library does not. Both call fsync. */
  private static final Set<String> JDK_CALLS =
      Set.of("openat", "pread64", "pwrite64", "read", "write", "sendfile", "ftruncate");

  @TempDir Path directory;

  @BeforeAll
  static void stracePermits() throws IOException, InterruptedException {
    assumeTrue(StraceLog.works(), "strace is not installed, or may not trace");
  }

  @ParameterizedTest
  @ValueSource(classes = {JdkServer.class, JettyServer.class, HelidonServer.class})
  void filesGoByTheLibraryUnderTheFlag(Class<?> server) throws Exception {
    assertThat(callsUnderTheFlag(server)).doesNotContainAnyElementsOf(JDK_CALLS);
  }

  /** The names of the calls, io_uring_enter aside, that have a file of the server's as argument. */
  private Set<String> callsUnderTheFlag(Class<?> server) throws Exception {
    StraceLog calls = serve(server, Route.FLAG);
    Map<String, Integer> forFiles = calls.countsFor(directory + "/");
    System.out.printf(
        "%s under the flag: io_uring_enter %d; for its files by name %s%n",
        server.getSimpleName(), calls.count("io_uring_enter"), forFiles);
    // At least one for each upload, which is written on its caller or by the ring.
    assertThat(calls.count("io_uring_enter") + forFiles.getOrDefault("pwritev2", 0))
        .isGreaterThan(CLIENTS * ROUNDS);
    return forFiles.keySet();
  }

  /** The test above can fail: without the flag its calls are there, and the ring's is not. */
  @Test
  void filesGoByTheJdksCallsWithoutTheFlag() throws Exception {
    StraceLog calls = serve(JdkServer.class, Route.JDK);
    assertThat(calls.countsFor(directory + "/").keySet())
        .contains("openat", "read", "write", "fsync");
    assertThat(calls.count("io_uring_enter")).isZero();
  }

  private StraceLog serve(Class<?> server, Route route) throws Exception {
    List<Served> files = ServedFiles.make(directory, SEED);
    String name = "strace-" + server.getSimpleName() + "-" + route;
    Path log = Path.of("target", name + ".log");
    try (ChildJvm.Running child =
        route
            .child(name, server, route.argument(directory), 0)
            .under(StraceLog.command(log))
            .timeoutSeconds(TIMEOUT_SECONDS)
            .start()) {
      int port = Integer.parseInt(child.awaitValue("port"));
      Clients.run(port, files, Uploads.in(directory), CLIENTS, ROUNDS, SEED);
      child.result().succeeded();
    }
    return StraceLog.read(log);
  }
}
