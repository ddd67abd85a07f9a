package io.github.loomuring.it.server;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.staticcontent.FileSystemHandlerConfig;
import io.helidon.webserver.staticcontent.StaticContentFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Helidon 4, whose server is virtual threads throughout, with its static content. An upload goes to
 * a temporary file by a stream, and is moved over its target.
 */
public final class HelidonServer {
  private HelidonServer() {}

  /** {@code DIRECTORY PORT}. */
  public static void main(String[] arguments) throws Exception {
    ServerProgram.run(arguments, HelidonServer::start);
  }

  private static ServerProgram.Running start(Path directory, int port) {
    WebServer server =
        WebServer.builder()
            .address(InetAddress.getLoopbackAddress())
            .port(port)
            .shutdownHook(false)
            .routing(
                routing ->
                    routing
                        .register(
                            "/files",
                            StaticContentFeature.createService(
                                FileSystemHandlerConfig.create(directory)))
                        .put("/uploads/{name}", (q, s) -> receive(q, s, directory)))
            .build()
            .start();
    return new ServerProgram.Running() {
      @Override
      public int port() {
        return server.port();
      }

      @Override
      public void stop() {
        server.stop();
      }
    };
  }

  private static void receive(ServerRequest request, ServerResponse response, Path directory)
      throws IOException {
    Path target = directory.resolve(request.path().pathParameters().get("name"));
    Path temporary = Files.createTempFile(directory, "upload", null);
    try (InputStream in = request.content().inputStream();
        OutputStream out = Files.newOutputStream(temporary)) {
      in.transferTo(out);
    }
    Files.move(temporary, target, ATOMIC_MOVE);
    response.status(Status.NO_CONTENT_204).send();
  }
}
