package io.github.loomuring.benchmarks.load;

import com.sun.management.OperatingSystemMXBean;
import io.github.loomuring.Uring;
import io.github.loomuring.UringOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Facts about the machine for the results. A fact that cannot be determined is left out. */
final class Machine {
  /**
   * A line of /proc/self/mountinfo, see proc_pid_mountinfo(5).
   *
   * @param device major and minor number, such as {@code 8:1}
   */
  private record Mount(String device, Path point, String options) {
    /** {@code 36 35 98:0 /root /point options optional... - type source super-options} */
    static Mount of(String line) {
      String[] fields = line.split(" ");
      String superOptions = fields[fields.length - 1];
      return new Mount(fields[2], Path.of(fields[4]), fields[5] + "; " + superOptions);
    }
  }

  private Machine() {}

  /**
   * Returns the name and the value of each fact.
   *
   * @param fileSystem name of the file system of {@code directory}
   */
  static Map<String, String> facts(Path directory, String fileSystem) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    commit().ifPresent(commit -> facts.put("commit", commit));
    processor().ifPresent(processor -> facts.put("CPU", processor));
    facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
    facts.put("memory", memory());
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("file system " + fileSystem, fileSystem(directory));
    facts.put(
        "JDK", System.getProperty("java.vm.version") + ", " + System.getProperty("java.vendor"));
    try (Uring uring = Uring.open(UringOptions.defaults())) {
      facts.put("library", uring.toString());
    }
    return facts;
  }

  private static Optional<String> commit() throws IOException {
    Process git;
    try {
      git =
          new ProcessBuilder("git", "describe", "--always", "--dirty")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return Optional.empty();
    }
    byte[] output = git.getInputStream().readAllBytes();
    return Optional.of(new String(output, StandardCharsets.UTF_8).strip())
        .filter(commit -> !commit.isEmpty());
  }

  private static Optional<String> processor() throws IOException {
    return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  private static String memory() {
    long bytes =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return "%.1f GiB".formatted(bytes / (double) (1 << 30));
  }

  /** Type and mount options of the file system, scheduler and queue length of its device. */
  private static String fileSystem(Path directory) throws IOException {
    StringBuilder fact = new StringBuilder(Files.getFileStore(directory).type());
    Optional<Mount> mount = mount(directory.toRealPath());
    if (mount.isPresent()) {
      fact.append(" (").append(mount.get().options).append(')');
      for (String setting : List.of("scheduler", "nr_requests")) {
        queueSetting(mount.get(), setting)
            .ifPresent(value -> fact.append(", ").append(setting).append(' ').append(value));
      }
    }
    return fact.toString();
  }

  private static Optional<Mount> mount(Path directory) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .map(Mount::of)
        .filter(mount -> directory.startsWith(mount.point))
        .max(Comparator.comparingInt(mount -> mount.point.getNameCount()));
  }

  /** A setting of the device, or of the device that it is a partition of. */
  private static Optional<String> queueSetting(Mount mount, String setting) throws IOException {
    Path device = Path.of("/sys/dev/block", mount.device);
    for (String queue : List.of("queue", "../queue")) {
      Path file = device.resolve(queue).resolve(setting);
      if (Files.exists(file)) {
        return Optional.of(Files.readString(file).strip());
      }
    }
    return Optional.empty();
  }
}
