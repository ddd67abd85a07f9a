package io.github.loomuring.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The open descriptors of this process; see proc(5). */
public final class Descriptors {
  /** The descriptor of the listing, and those of the carrier watch, which come and go. */
  private static final Pattern PASSING =
      Pattern.compile("/proc/\\d+/(fd|task/\\d+/(syscall|stat|comm))");

  private Descriptors() {}

  /** All descriptors that stay, with the files that they are open on. */
  public static SortedMap<Integer, Path> all() throws IOException {
    SortedMap<Integer, Path> all = new TreeMap<>();
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      for (Path link : links.toList()) {
        try {
          Path target = Files.readSymbolicLink(link);
          if (!PASSING.matcher(target.toString()).matches()) {
            all.put(Integer.valueOf(link.getFileName().toString()), target);
          }
        } catch (IOException e) {
          continue; // closed since it was listed
        }
      }
    }
    return all;
  }

  /** How many descriptors are open on {@code path}, which may be deleted by now. */
  public static int of(Path path) throws IOException {
    Path real = Files.exists(path) ? path.toRealPath() : path;
    return (int) all().values().stream().filter(real::equals).count();
  }

  /** The status flags, as of fcntl(2), of each descriptor that is open on {@code path}. */
  public static List<Integer> flags(Path path) throws IOException {
    Path real = path.toRealPath();
    List<Integer> flags = new ArrayList<>();
    for (var entry : all().entrySet()) {
      if (entry.getValue().equals(real)) {
        Path info = Path.of("/proc/self/fdinfo", entry.getKey().toString());
        for (String line : Files.readAllLines(info)) {
          if (line.startsWith("flags:")) {
            flags.add(Integer.parseInt(line.substring(6).strip(), 8));
          }
        }
      }
    }
    return flags;
  }

  /** The open files in {@code directory} and below it. */
  public static List<Path> below(Path directory) throws IOException {
    return all().values().stream().filter(target -> target.startsWith(directory)).toList();
  }
}
