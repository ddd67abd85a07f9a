package io.github.loomuring.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.loomuring.benchmarks.load.BlockWork.Mode;
import io.github.loomuring.benchmarks.load.BlockWork.Order;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The benchmark program fio. It shows what the device and the kernel achieve without Java. */
final class Fio implements Contender {
  private static final int REQUESTS_MAX = 1000;
  private static final int THREADS_MAX = 256;

  private final Site site;
  private final boolean ioUring;

  private Fio(Site site, boolean ioUring) {
    this.site = site;
    this.ioUring = ioUring;
  }

  /** One thread with as many requests in flight as other contenders have threads, up to 1,000. */
  static Fio ioUring(Site site) {
    return new Fio(site, true);
  }

  /** As many threads as other contenders have, up to 256, that call pread(2) or pwrite(2). */
  static Fio psync(Site site) {
    return new Fio(site, false);
  }

  static boolean isInstalled() throws InterruptedException {
    try {
      return new ProcessBuilder("fio", "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public Round measure(Work work, int threads, Span span) throws IOException, InterruptedException {
    if (!(work instanceof BlockWork blocks)) {
      throw new IllegalArgumentException("work=" + work.name() + " is not for fio");
    }
    Path output = site.scratch().resolve("fio.json");
    blocks.preparePageCache(site);
    try {
      execute(command(blocks, threads, span.millis(), output));
      return round(blocks, new JsonMapper().readTree(output.toFile()).path("jobs").path(0));
    } finally {
      Files.deleteIfExists(output);
      if (work.writes()) {
        PageCache.writeBack(site.scratch());
      }
    }
  }

  private static void execute(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("fio failed: " + said.strip());
    }
  }

  private List<String> command(BlockWork work, int threads, int millis, Path output) {
    boolean random = work.order() == Order.RANDOM;
    String mode = work.mode() == Mode.READ ? "read" : "write";
    List<String> command =
        new ArrayList<>(
            List.of(
                "fio",
                "--name=" + work.name(),
                "--filename=" + site.dataFile(),
                "--rw=" + (random ? "rand" : "") + mode,
                "--bs=" + work.blockBytes(),
                "--direct=" + (work.direct() ? 1 : 0),
                "--invalidate=0", // this process has prepared the page cache,
                "--fadvise_hint=0", // and the other contenders give no hints either
                "--time_based",
                "--runtime=" + millis + "ms",
                "--group_reporting",
                "--lat_percentiles=1",
                "--clat_percentiles=0",
                "--percentile_list=50:90:99:99.9",
                "--output-format=json",
                "--output=" + output));
    if (random) {
      command.add("--norandommap");
    }
    if (ioUring) {
      command.add("--ioengine=io_uring");
      command.add("--iodepth=" + Math.min(threads, REQUESTS_MAX));
      command.add("--size=" + work.usedBytes(site));
      return command;
    }
    int jobs = Math.min(threads, THREADS_MAX);
    command.add("--ioengine=psync");
    command.add("--thread");
    command.add("--numjobs=" + jobs);
    if (random) {
      command.add("--size=" + work.usedBytes(site));
    } else {
      command.add("--size=" + work.partBytes(site, jobs));
      command.add("--offset_increment=" + work.partBytes(site, jobs));
    }
    return command;
  }

  /** Reads the summary of all jobs. Values that only a JVM can tell are NaN. */
  private Round round(BlockWork work, JsonNode job) throws IOException {
    JsonNode side = job.path(work.mode() == Mode.READ ? "read" : "write");
    double operations = side.path("total_ios").asDouble();
    if (operations == 0) {
      throw new IOException("fio did nothing: " + job);
    }
    // The percentages are of the summed run time of all jobs. They lack the kernel threads that do
    // the buffered writes of a ring.
    double cpuPercent = job.path("usr_cpu").asDouble() + job.path("sys_cpu").asDouble();
    double cpuNanos =
        cpuPercent / 100 * TimeUnit.MILLISECONDS.toNanos(job.path("job_runtime").asLong());
    boolean cpuUnknown = ioUring && work.writes() && !work.direct();
    return new Round(
        side.path("iops").asDouble(),
        percentiles(side.path("lat_ns")),
        cpuUnknown ? Double.NaN : cpuNanos / operations,
        Double.NaN,
        job.path("ctx").asDouble() / operations,
        null);
  }

  private static Percentiles percentiles(JsonNode latency) {
    double max = latency.path("max").asDouble(Double.NaN);
    return new Percentiles(
        percentile(latency, "50.000000", max),
        percentile(latency, "90.000000", max),
        percentile(latency, "99.000000", max),
        percentile(latency, "99.900000", max),
        max);
  }

  /** Fio rounds percentiles, sometimes to more than the maximum. */
  private static double percentile(JsonNode latency, String name, double max) {
    return Math.min(max, latency.path("percentile").path(name).asDouble(Double.NaN));
  }
}
