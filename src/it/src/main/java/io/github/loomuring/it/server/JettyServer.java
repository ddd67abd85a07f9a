package io.github.loomuring.it.server;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.resource.PathResourceFactory;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/**
 * Jetty 12 with its resource handler on its pool of virtual threads. Files are read, not mapped:
 * nothing can keep a page fault from holding its carrier. An upload is written with positions
 * through a channel, and forced.
 */
public final class JettyServer {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int BACKLOG = 1024;

  private JettyServer() {}

  /** {@code DIRECTORY PORT}. */
  public static void main(String[] arguments) throws Exception {
    ServerProgram.run(arguments, JettyServer::start);
  }

  private static ServerProgram.Running start(Path directory, int port) throws Exception {
    Server server = new Server(new VirtualThreadPool());
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    connector.setAcceptQueueSize(BACKLOG);
    server.addConnector(connector);
    server.setHandler(
        new ContextHandlerCollection(
            new ContextHandler(files(server, directory), "/files"),
            new ContextHandler(new Uploads(directory), "/uploads")));
    server.start();
    return new ServerProgram.Running() {
      @Override
      public int port() {
        return connector.getLocalPort();
      }

      @Override
      public void stop() throws Exception {
        server.stop();
      }
    };
  }

  private static ResourceHandler files(Server server, Path directory) {
    String scheme = directory.toUri().getScheme();
    if (!ResourceFactory.isSupported(scheme)) {
      ResourceFactory.registerResourceFactory(scheme, new PathResourceFactory());
    }
    ResourceHandler handler = new ResourceHandler();
    handler.setBaseResource(ResourceFactory.of(server).newResource(directory));
    handler.setMinMappedFileSize(0); // none is
    return handler;
  }

  /** Writes what is put under its name. */
  private static final class Uploads extends Handler.Abstract {
    private final Path directory;

    Uploads(Path directory) {
      this.directory = directory;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback)
        throws IOException {
      Path target = directory.resolve(Request.getPathInContext(request).substring(1));
      try (InputStream in = Content.Source.asInputStream(request);
          FileChannel out = FileChannel.open(target, CREATE, TRUNCATE_EXISTING, WRITE)) {
        copy(Channels.newChannel(in), out);
        out.force(true);
      }
      response.setStatus(HttpStatus.NO_CONTENT_204);
      callback.succeeded();
      return true;
    }

    private static void copy(ReadableByteChannel in, FileChannel out) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
      long position = 0;
      while (in.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          position += out.write(buffer, position);
        }
        buffer.clear();
      }
    }
  }
}
