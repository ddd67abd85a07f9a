package io.github.loomuring.benchmarks;

import io.github.loomuring.benchmarks.jmh.Jmh;
import io.github.loomuring.benchmarks.load.LoadCommand;
import io.github.loomuring.benchmarks.load.PendingReads;
import io.github.loomuring.benchmarks.report.Report;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Runs one of the benchmarks. */
@Command(
    name = "benchmarks",
    mixinStandardHelpOptions = true,
    subcommands = {
      CommandLine.HelpCommand.class,
      LoadCommand.class,
      PendingReads.class,
      Jmh.class,
      Report.class
    })
final class Main {
  private Main() {}

  public static void main(String[] args) {
    CommandLine commandLine = new CommandLine(new Main());
    System.exit(commandLine.setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }
}
