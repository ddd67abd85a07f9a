package io.github.loomuring.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.UringFile;
import io.github.loomuring.it.server.SpringServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.loader.launch.JarLauncher;

/**
 * Spring Boot starts with the library's file system in place of the JVM's, which it looks at from
 * all sides: as URLs, URIs, files and paths; and answers.
 */
class SpringBootTest {
  private static final long TIMEOUT_SECONDS = 120;

  @TempDir Path directory;

  @Test
  void startsFromItsClassPath() throws Exception {
    assertAnswers(
        "SpringBoot-class-path", ChildJvm.Command.of(SpringServer.class, Route.FLAG, arguments()));
  }

  /** The library is beside the jar: its file system is there before any class of the jar is. */
  @Test
  void startsFromItsExecutableJar() throws Exception {
    Path library = ExecutableJar.placeOf(UringFile.class);
    Path jar = ExecutableJar.make(directory.resolve("app.jar"), SpringServer.class, library);
    assertAnswers(
        "SpringBoot-jar",
        ChildJvm.Command.of(JarLauncher.class, Route.FLAG, arguments())
            .from(List.of(jar, library)));
  }

  private List<String> arguments() {
    return List.of(directory.toString(), "0");
  }

  private void assertAnswers(String name, ChildJvm.Command command) throws Exception {
    Files.writeString(directory.resolve("file.txt"), "A file of the directory.");
    try (ChildJvm child = command.start(name);
        HttpClient client = HttpClient.newHttpClient()) {
      String base = "http://127.0.0.1:" + child.awaitValue("port", TIMEOUT_SECONDS);
      assertThat(get(client, base + "/hello")).isEqualTo("200 hello");
      assertThat(get(client, base + "/files/file.txt")).isEqualTo("200 A file of the directory.");
      assertThat(get(client, base + "/files/page.txt"))
          .isEqualTo("200 A page on the class path.\n");
      assertThat(get(client, base + "/files/missing")).startsWith("404 ");
      Map<String, String> values = child.finishValues(TIMEOUT_SECONDS);
      assertThat(values.get("default")).isEqualTo(Route.PROVIDER);
    }
  }

  private static String get(HttpClient client, String url)
      throws IOException, InterruptedException {
    var response =
        client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    return response.statusCode() + " " + response.body();
  }
}
