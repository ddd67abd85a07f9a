import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats the project's sources by google-java-format, or checks that they are formatted.
 *
 * <p>Run by Maven on the toolchain's JDK. Formatter plugins run on the JDK that Maven was started
 * on, whose parser may be too old for our sources.
 */
public final class Format {
  public static void main(String[] args) throws Exception {
    boolean check = args[0].equals("check");
    Formatter formatter =
        new Formatter(JavaFormatterOptions.builder().reorderModifiers(true).build());
    List<Path> unformatted = new ArrayList<>();
    for (String root : List.of(args).subList(1, args.length)) {
      if (!Files.isDirectory(Path.of(root))) {
        continue;
      }
      try (Stream<Path> files = Files.walk(Path.of(root))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          String source = Files.readString(file);
          String formatted =
              formatter.formatSourceAndFixImports(RemoveUnusedImports.removeUnusedImports(source));
          if (!formatted.equals(source)) {
            unformatted.add(file);
            if (!check) {
              Files.writeString(file, formatted);
            }
          }
        }
      }
    }
    unformatted.forEach(file -> System.out.println((check ? "Unformatted: " : "") + file));
    if (check && !unformatted.isEmpty()) {
      System.out.println("Run: mvn generate-sources exec:exec@format");
      System.exit(1);
    }
  }
}
