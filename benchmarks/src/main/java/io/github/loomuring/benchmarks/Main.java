package io.github.loomuring.benchmarks;

import io.github.loomuring.benchmarks.jmh.Jmh;
import io.github.loomuring.benchmarks.load.LoadCommand;
import io.github.loomuring.benchmarks.load.PendingReads;
import io.github.loomuring.benchmarks.report.Report;
import io.github.loomuring.benchmarks.targets.TargetsCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Runs one of the benchmarks. */
@Command(
    name = "benchmarks",
    mixinStandardHelpOptions = true,
    subcommands = {
      CommandLine.HelpCommand.class,
      LoadCommand.class,
      TargetsCommand.class,
      PendingReads.class,
      Jmh.class,
      Report.class
    })
final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::refuse);
  }

  /** A wrong option is one line, without the help. */
  private static int refuse(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command.getErr().println(command.getCommandName() + ": " + e.getMessage().strip());
    return CommandLine.ExitCode.USAGE;
  }

  /**
   * Writes the lines that start a benchmark without Maven: the path of this JVM's program, and its
   * class path.
   */
  @Command(name = "launcher", hidden = true)
  void launcher(@Parameters(paramLabel = "FILE") Path file) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Files.write(file, List.of(java, System.getProperty("java.class.path")));
  }
}
