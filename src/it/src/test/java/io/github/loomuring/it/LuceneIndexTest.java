package io.github.loomuring.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.it.lucene.IndexProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An unmodified program that writes and searches an index finds the same wherever it runs. */
class LuceneIndexTest {
  private static final int DOCUMENTS = 6_000;
  private static final long TIMEOUT_SECONDS = 300;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"nio", "mapped"})
  void indexAndSearchGiveWhatTheyGiveOnTheJdk(String kind) throws Exception {
    Map<Route, List<String>> results = new EnumMap<>(Route.class);
    for (Route route : List.of(Route.JDK, Route.URI, Route.FLAG)) {
      results.put(route, run(kind, route));
    }
    List<String> onJdk = results.get(Route.JDK);
    assertThat(onJdk).hasSizeGreaterThan(100); // a line a search
    assertThat(results.get(Route.URI)).isEqualTo(onJdk);
    assertThat(results.get(Route.FLAG)).isEqualTo(onJdk);
  }

  private List<String> run(String kind, Route route) throws Exception {
    Path index = Files.createDirectory(directory.resolve(kind + route));
    return route
        .child("index-" + kind + route, IndexProgram.class, route.argument(index), kind, DOCUMENTS)
        .timeoutSeconds(TIMEOUT_SECONDS)
        .run()
        .succeeded()
        .lines();
  }
}
