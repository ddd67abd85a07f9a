package io.github.loomuring.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.UringFile;
import io.github.loomuring.environment.ChildJvm;
import io.github.loomuring.it.server.SpringServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
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
    assertAnswers(child("SpringBoot-class-path", SpringServer.class));
  }

  /** The library is beside the jar: its file system is there before any class of the jar is. */
  @Test
  void startsFromItsExecutableJar() throws Exception {
    Path library = ExecutableJar.placeOf(UringFile.class);
    Path jar = ExecutableJar.make(directory.resolve("app.jar"), SpringServer.class, library);
    assertAnswers(child("SpringBoot-jar", JarLauncher.class).classPath(jar, library));
  }

  private ChildJvm child(String name, Class<?> main) {
    return Route.FLAG.child(name, main, directory, 0).timeoutSeconds(TIMEOUT_SECONDS);
  }

  private void assertAnswers(ChildJvm server) throws Exception {
    Files.writeString(directory.resolve("file.txt"), "A file of the directory.");
    try (ChildJvm.Running child = server.start();
        HttpClient client = HttpClient.newHttpClient()) {
      String base = "http://127.0.0.1:" + child.awaitValue("port");
      assertThat(get(client, base + "/hello")).isEqualTo("200 hello");
      assertThat(get(client, base + "/files/file.txt")).isEqualTo("200 A file of the directory.");
      assertThat(get(client, base + "/files/page.txt"))
          .isEqualTo("200 A page on the class path.\n");
      assertThat(get(client, base + "/files/missing")).startsWith("404 ");
      Map<String, String> values = child.result().succeeded().values();
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
