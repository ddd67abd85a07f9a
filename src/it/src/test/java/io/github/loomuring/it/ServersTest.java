package io.github.loomuring.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.environment.ChildJvm;
import io.github.loomuring.it.Clients.Uploads;
import io.github.loomuring.it.ServedFiles.Served;
import io.github.loomuring.it.server.HelidonServer;
import io.github.loomuring.it.server.JdkServer;
import io.github.loomuring.it.server.JettyServer;
import io.github.loomuring.it.server.SpringServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real servers on virtual threads, unmodified, serve and receive files for 200 clients at once,
 * byte for byte, and what else runs in the server's virtual threads goes on meanwhile.
 */
class ServersTest {
  private static final int CLIENTS = 200;
  private static final int ROUNDS = Integer.getInteger("it.rounds", 3);
  private static final long SEED = Long.getLong("it.clientSeed", System.nanoTime());
  private static final long TIMEOUT_SECONDS = 120;

  /** Machines on which this runs are shared: it tells stuck carriers, not slow ones. */
  private static final long LATE_P99_MICROS_MAX = 2_000_000;

  @TempDir Path directory;

  static Stream<Arguments> serversAndRoutes() {
    return Stream.concat(
        Stream.of(JdkServer.class, JettyServer.class, HelidonServer.class)
            .flatMap(server -> Stream.of(Route.values()).map(route -> Arguments.of(server, route))),
        // It takes locations that java.net.URL knows, and no others.
        Stream.of(Arguments.of(SpringServer.class, Route.FLAG)));
  }

  @ParameterizedTest
  @MethodSource("serversAndRoutes")
  void serveAndReceiveByteForByte(Class<?> server, Route route) throws Exception {
    List<Served> files = ServedFiles.make(directory, SEED);
    String name = server.getSimpleName() + "-" + route;
    long begun = System.nanoTime();
    try (ChildJvm.Running child =
        route
            .child(name, server, route.argument(directory), 0)
            .flags("-Dsun.net.httpserver.maxIdleConnections=" + 4 * CLIENTS)
            .timeoutSeconds(TIMEOUT_SECONDS)
            .start()) {
      int port = Integer.parseInt(child.awaitValue("port"));
      Uploads uploads = route == Route.MEMORY ? Uploads.OUT_OF_REACH : Uploads.in(directory);
      long bytes = Clients.run(port, files, uploads, CLIENTS, ROUNDS, SEED);
      Map<String, String> values = child.result().succeeded().values();
      System.out.printf(
          "%s: %d MiB in %.1f s, %.1f s of processors, seed %d; unrelated thread %s times, "
              + "late p50 %s us, p99 %s us, worst %s us%n",
          name,
          bytes >> 20,
          (System.nanoTime() - begun) / 1e9,
          Long.parseLong(values.get("processorMillis")) / 1e3,
          SEED,
          values.get("beats"),
          values.get("lateP50Micros"),
          values.get("lateP99Micros"),
          values.get("lateWorstMicros"));
      assertThat(values.get("given").equals(Route.PROVIDER)).isEqualTo(route.isUring());
      assertThat(values.get("given").contains("jimfs")).isEqualTo(route == Route.MEMORY);
      assertThat(values.get("default").equals(Route.PROVIDER)).isEqualTo(route == Route.FLAG);
      if (route.isUring()) {
        assertThat(Long.parseLong(values.get("lateP99Micros"))).isLessThan(LATE_P99_MICROS_MAX);
      }
    }
  }
}
