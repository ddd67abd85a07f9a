package io.github.loomuring.benchmarks.results;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A row of the table of targets that the command {@code pending} measures, outside the load
 * harness.
 *
 * @param name the subject of the target
 * @param target the target in words
 * @param measured the measured value in words
 * @param met whether the value meets the target
 */
public record Extra(String name, String target, String measured, boolean met) {
  private static final double COST_MAX = 1.2;
  private static final int BYTES_MAX = 512;

  /** The cost of a read while others wait, divided by the cost of a read alone. */
  public static Extra cost(double ratio) {
    return new Extra(
        "cost of a read while 100,000 others wait",
        "within 20 % of none",
        "%.2f".formatted(ratio),
        ratio <= COST_MAX);
  }

  /** The memory of one waiting read. */
  public static Extra memory(long bytes) {
    return new Extra(
        "memory of a waiting read",
        "≤ " + BYTES_MAX + " bytes",
        bytes + " bytes",
        bytes <= BYTES_MAX);
  }

  /** The rows of a JSON file. */
  public static List<Extra> read(Path file) throws IOException {
    return List.of(new JsonMapper().readValue(file.toFile(), Extra[].class));
  }

  /** Replaces the file if it exists. */
  public static void write(Path file, List<Extra> extras) throws IOException {
    new JsonMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), extras);
  }
}
