package io.github.loomuring.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Runs one of the benchmarks. */
@Command(
    name = "benchmarks",
    mixinStandardHelpOptions = true,
    subcommands = {Lateness.class, PendingReads.class})
final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
