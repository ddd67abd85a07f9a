package io.github.loomuring.examples;

import io.github.loomuring.Uring;
import io.github.loomuring.examples.CopyEngine.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Copies the home of the running JDK with the JDK and with the library, and compares the two.
 * {@link TreeCopy} does this when it is run without arguments.
 */
final class JdkHomeCopy {
  /** The JVM compiles the code of both engines for about so long. */
  private static final int WARM_UP_ROUNDS = 30;

  private static final int ROUNDS = 9;

  private final PrintWriter out;
  private final PrintWriter err;
  private final Path source;
  private final Path parent;

  JdkHomeCopy(PrintWriter out, PrintWriter err, Path source, Path parent) {
    this.out = out;
    this.err = err;
    this.source = source;
    this.parent = parent;
  }

  /** The result of one copy, and how late an unrelated virtual thread woke during it. */
  private record Run(CopyResult result, String lateness) {
    double seconds() {
      return result.copySeconds();
    }
  }

  /** Returns whether everything was copied and verified. */
  boolean run() throws IOException, InterruptedException {
    Kind ours = Uring.unavailableReason().isEmpty() ? Kind.RING : Kind.POOL;
    Uring.unavailableReason()
        .ifPresent(reason -> out.println("io_uring is not available, using the pool: " + reason));
    out.printf("Copying %s to %s, with each engine in turn.%n", source, parent);
    out.printf("%d rounds fill the page cache and warm up the code. Of the next%n", WARM_UP_ROUNDS);
    out.printf("%d rounds, the one of the median time is reported.%n", ROUNDS);
    List<Run> jdk = new ArrayList<>();
    List<Run> library = new ArrayList<>();
    for (int round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      // Both before the first: ext4 without a journal makes files more slowly after removals.
      remove(target(Kind.JDK));
      remove(target(ours));
      jdk.add(copy(Kind.JDK));
      library.add(copy(ours));
    }
    report(ours, jdk, library);
    return jdk.stream().allMatch(JdkHomeCopy::succeeded)
        && library.stream().allMatch(JdkHomeCopy::succeeded);
  }

  private static boolean succeeded(Run run) {
    return run.result().failed() == 0;
  }

  private void report(Kind ours, List<Run> jdkRuns, List<Run> libraryRuns) {
    Run jdk = median(jdkRuns);
    Run library = median(libraryRuns);
    out.println(jdk.result());
    out.println(library.result());
    out.printf(
        Locale.ROOT,
        "%s took %.2f of the time of jdk (in the second round, without warm code, %.2f)%n",
        ours,
        library.seconds() / jdk.seconds(),
        libraryRuns.get(1).seconds() / jdkRuns.get(1).seconds());
    out.println(
        "During the copies, an unrelated virtual thread that sleeps 1 ms in a loop woke late by");
    out.printf("  jdk:  %s%n", jdk.lateness());
    out.printf("  %s: %s%n", ours, library.lateness());
  }

  /** The run of the median time of those after the warm-up. */
  private static Run median(List<Run> runs) {
    List<Run> measured = new ArrayList<>(runs.subList(WARM_UP_ROUNDS, runs.size()));
    measured.sort(Comparator.comparingDouble(Run::seconds));
    return measured.get(measured.size() / 2);
  }

  private Run copy(Kind kind) throws IOException, InterruptedException {
    Path target = target(kind);
    try (TreeCopier copier = new TreeCopier(kind, err)) {
      WakeUpProbe probe = WakeUpProbe.start();
      String lateness;
      try {
        copier.copy(source, target);
      } finally {
        lateness = probe.stop();
      }
      copier.verify(); // not probed: computing checksums keeps the carriers busy
      return new Run(copier.result(), lateness);
    }
  }

  private Path target(Kind kind) {
    return parent.resolve(kind == Kind.JDK ? "jdk" : "ring");
  }

  /** Removes the copy of an earlier run. */
  private static void remove(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Attributes.makeWritable(directory); // some JDKs come with read-only directories
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
