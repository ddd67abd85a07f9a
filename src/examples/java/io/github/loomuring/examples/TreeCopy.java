package io.github.loomuring.examples;

import io.github.loomuring.examples.TemporaryFiles.StoppedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Copies a directory tree, each file on a virtual thread of its own.
 *
 * <p>The copy keeps directories, symbolic links, permissions and times, and the owner if the
 * process may set it. Hard links become separate files, holes in files become zeros, and special
 * files are not copied. A file gets its final name when it is complete. Like cp(1), the copy does
 * not wait for the disk.
 */
@Command(
    name = "TreeCopy",
    sortOptions = false,
    description = {
      "Copies the directory tree SRC to DST, each file on a virtual thread of its own.",
      "Without arguments: copies the running JDK to target/tree-copy, with the JDK and with the"
          + " ring, verifies both copies and compares their times."
    },
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:everything was copied", "1:something failed", "2:wrong usage"})
public final class TreeCopy implements Callable<Integer> {
  private static final int OK = 0;
  private static final int FAILED = 1;

  @Parameters(index = "0", arity = "0..1", paramLabel = "SRC", description = "a directory")
  private Path source;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DST",
      description = "the copy of SRC; files of the same name are replaced, others stay")
  private Path target;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = "one of ${COMPLETION-CANDIDATES}; the default is ring")
  private CopyEngine.Kind engine;

  @Option(names = "--verify", description = "compare the checksums of all files after the copy")
  private boolean verify;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this help")
  private boolean help;

  @Spec private CommandSpec spec;

  private TreeCopy() {}

  /** Runs the command and ends the JVM with its exit status. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new TreeCopy()).setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    try {
      return source == null ? copyJdkHome() : copyTree();
    } catch (StoppedException e) {
      return FAILED; // ignored: the signal that ends the process determines the exit status
    } catch (IOException | UnsupportedOperationException e) {
      err.println("TreeCopy: " + e);
      return FAILED;
    }
  }

  private int copyTree() throws IOException {
    if (target == null) {
      throw wrongUsage("DST is missing");
    }
    if (!Files.isDirectory(source)) {
      throw wrongUsage("SRC=" + source + " is not a directory");
    }
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw wrongUsage("DST=" + target + " exists and is not a directory");
    }
    Path from = source.toRealPath();
    Path to = realPath(target);
    if (from.startsWith(to) || to.startsWith(from)) {
      throw wrongUsage("one of SRC=" + from + " and DST=" + to + " is inside the other");
    }
    CopyEngine.Kind kind = engine == null ? CopyEngine.Kind.RING : engine;
    CopyResult result;
    try (TreeCopier copier = new TreeCopier(kind, spec.commandLine().getErr())) {
      copier.copy(from, to);
      if (verify) {
        copier.verify();
      }
      result = copier.result();
    } // removes the progress bar from the terminal
    spec.commandLine().getOut().println(result);
    return result.failed() == 0 ? OK : FAILED;
  }

  private int copyJdkHome() throws IOException, InterruptedException {
    if (engine != null) {
      throw wrongUsage("--engine needs SRC and DST");
    }
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    Path parent = Path.of("target", "tree-copy");
    CommandLine line = spec.commandLine();
    return new JdkHomeCopy(line.getOut(), line.getErr(), home, parent).run() ? OK : FAILED;
  }

  private ParameterException wrongUsage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Returns the real path of a file whose last names need not exist. */
  private static Path realPath(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    Path existing = absolute;
    while (!Files.exists(existing)) {
      existing = existing.getParent(); // ends at the root, which exists
    }
    return existing.toRealPath().resolve(existing.relativize(absolute)).normalize();
  }
}
