package io.github.loomuring.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line: what is wrong in it is one line on the standard error. */
class MainTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rounds 0              | --rounds=0 is less than 1",
        "--rounds many           | --rounds",
        "--millis -1             | --millis=-1 is less than 1",
        "--warm-up-millis -1     | --warm-up-millis=-1 is less than 0",
        "--warm-up-max-millis 0  | --warm-up-max-millis=0 is less than 1",
        "--mebibytes 0           | --mebibytes=0 is less than 1",
        "--threads 1,0           | --threads=0 is less than 1",
        "--work nap              | no work has the name nap",
        "--engines oar           | no contender has the name oar",
        "--work mix              | the plan has no such combination",
        "--file-systems btrfs    | --file-systems=btrfs is none of",
        "--file-systems a=/no/b  | --file-systems=a=/no/b: there is no such directory",
        "--directory /no/where   | --directory=/no/where is no directory",
        "--report-only           | targets.json cannot be read",
        "--fast                  | '--fast'",
      })
  void aWrongOptionOfTargetsIsOneLine(String options, String complaint) {
    List<String> args = new ArrayList<>(List.of("targets", "--output", directory.toString()));
    args.addAll(List.of(options.split(" ")));

    assertThat(run(args)).isEqualTo(2);

    assertThat(err.toString()).startsWith("targets: ").contains(complaint).endsWith("\n");
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aWrongOptionOfLoadIsOneLine() {
    assertThat(run(List.of("load", "--plan", "nap"))).isEqualTo(2);

    assertThat(err.toString().lines()).singleElement().asString().startsWith("load: ");
  }

  @Test
  void targetsMeasuresInADirectoryAndRemovesWhatItMade() throws IOException {
    Path measured = Files.createDirectory(directory.resolve("measured"));
    Path output = directory.resolve("output");
    List<String> common =
        List.of("targets", "--output", "" + output, "--file-systems", "here=" + measured);

    assertThat(run(with(common, "--smoke", "--work", "stat", "--engines", "file-channel")))
        .as(err.toString())
        .isZero();
    assertThat(
            run(
                with(
                    common,
                    "--append",
                    "--rounds",
                    "1",
                    "--millis",
                    "50",
                    "--mebibytes",
                    "1",
                    "--warm-up-max-millis",
                    "300",
                    "--work",
                    "rename",
                    "--threads",
                    "1")))
        .isZero();

    assertThat(measured).isEmptyDirectory();
    assertThat(output.resolve("targets.json")).content().contains("\"stat\"", "\"rename\"");
    assertThat(output.resolve("targets.md")).content().contains("here", "| rename");
    assertThat(run(with(common, "--report-only"))).isZero();
    assertThat(out.toString()).contains("targets.md");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void withoutAnyFileSystemTargetsFails() {
    String none = "xfs,ext4-journal"; // none can be in a file as large as this
    List<String> args =
        List.of(
            "targets",
            "--output",
            "" + directory.resolve("output"),
            "--directory",
            "" + directory,
            "--file-systems",
            none,
            "--mebibytes",
            "" + Integer.MAX_VALUE);

    assertThat(run(args)).isEqualTo(1);

    assertThat(err.toString().lines())
        .hasSize(3)
        .satisfies(
            lines -> {
              assertThat(lines.get(0)).startsWith("not measured on xfs: ");
              assertThat(lines.get(1)).startsWith("not measured on ext4-journal: ");
              assertThat(lines.get(2)).isEqualTo("FAILED no file system was measured");
            });
    assertThat(directory).isEmptyDirectory();
  }

  private static List<String> with(List<String> common, String... more) {
    List<String> all = new ArrayList<>(common);
    all.addAll(List.of(more));
    return all;
  }

  private int run(List<String> args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args.toArray(String[]::new));
  }
}
