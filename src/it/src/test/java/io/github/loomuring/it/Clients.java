package io.github.loomuring.it;

import io.github.loomuring.it.ServedFiles.Served;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Clients that all at once get files from a server and put files there, and compare each byte by
 * digests: of what a get answers, of what a get of an upload answers, and of what an upload has
 * left on the disk, if it is there.
 */
final class Clients {
  private static final int UPLOAD_BYTES_MAX = 1 << 20;

  /** How to compare an upload with what the server's file system has of it. */
  interface Uploads {
    /** They are in the server's heap. */
    Uploads OUT_OF_REACH = (digest, name) -> {};

    /** They are in {@code directory}. */
    static Uploads in(Path directory) {
      return (digest, name) ->
          Clients.require(
              digest, ServedFiles.digest(Files.readAllBytes(directory.resolve(name))), name);
    }

    void require(String digest, String name) throws IOException;
  }

  private final HttpClient http;
  private final URI server;
  private final List<Served> files;
  private final Uploads uploads;

  private Clients(HttpClient http, int port, List<Served> files, Uploads uploads) {
    this.http = http;
    this.server = URI.create("http://127.0.0.1:" + port);
    this.files = files;
    this.uploads = uploads;
  }

  /**
   * Runs so many clients, each with so many rounds of a get, an upload and a get of that.
   *
   * @return the bytes that went over the wire
   */
  static long run(int port, List<Served> files, Uploads uploads, int clients, int rounds, long seed)
      throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient http =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads)
                .build()) {
      Clients all = new Clients(http, port, files, uploads);
      List<Future<Long>> results = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int number = i;
        results.add(threads.submit(() -> all.client(number, rounds, seed)));
      }
      long bytes = 0;
      for (Future<Long> result : results) {
        bytes += result.get();
      }
      return bytes;
    }
  }

  private long client(int number, int rounds, long seed) throws Exception {
    Random random = new Random(seed + number);
    long bytes = 0;
    for (int round = 0; round < rounds; round++) {
      Served file = files.get(random.nextInt(files.size()));
      bytes += get(file.name(), file.digest());

      // The lower of two: most uploads are small, as most files are.
      int below = 1 + random.nextInt(UPLOAD_BYTES_MAX);
      byte[] content = new byte[random.nextInt(below)];
      random.nextBytes(content);
      String name = "upload-%d-%d.bin".formatted(number, round);
      put(name, content);
      String digest = ServedFiles.digest(content);
      uploads.require(digest, name);
      bytes += content.length + get(name, digest);
    }
    return bytes;
  }

  private long get(String name, String digest) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(server.resolve("/files/" + name)).build();
    HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
    requireStatus(response, 200);
    require(digest, ServedFiles.digest(response.body()), "GET " + name);
    return response.body().length;
  }

  private void put(String name, byte[] content) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve("/uploads/" + name))
            .PUT(BodyPublishers.ofByteArray(content))
            .build();
    requireStatus(http.send(request, BodyHandlers.discarding()), 204);
  }

  private static void requireStatus(HttpResponse<?> response, int status) {
    if (response.statusCode() != status) {
      throw new AssertionError(response + ", not " + status + "; " + response.headers().map());
    }
  }

  private static void require(String expected, String actual, String what) {
    if (!actual.equals(expected)) {
      throw new AssertionError(what + " has the digest " + actual + ", not " + expected);
    }
  }
}
