package io.github.loomuring.it.server;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The JDK's HTTP server with its own file handler, a virtual thread a request. An upload is one
 * {@code Files.copy}, and a {@code force} of what it has written.
 */
public final class JdkServer {
  private static final int BACKLOG = 1024;

  private JdkServer() {}

  /** {@code DIRECTORY PORT}. */
  public static void main(String[] arguments) throws Exception {
    ServerProgram.run(arguments, JdkServer::start);
  }

  private static ServerProgram.Running start(Path directory, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    HttpServer server = HttpServer.create(address, BACKLOG);
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(executor);
    server.createContext("/files/", SimpleFileServer.createFileHandler(directory));
    server.createContext("/uploads/", exchange -> receive(exchange, directory));
    server.start();
    return new ServerProgram.Running() {
      @Override
      public int port() {
        return server.getAddress().getPort();
      }

      @Override
      public void stop() {
        server.stop(0);
        executor.close();
      }
    };
  }

  private static void receive(HttpExchange exchange, Path directory) throws IOException {
    String name = exchange.getRequestURI().getPath().substring("/uploads/".length());
    Path target = directory.resolve(name);
    try (exchange) {
      Files.copy(exchange.getRequestBody(), target, REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(target, WRITE)) {
        channel.force(true);
      }
      exchange.sendResponseHeaders(204, -1);
    }
  }
}
