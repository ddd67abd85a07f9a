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
import java.util.Locale;

/**
 * Copies the home of the running JDK with the JDK and with the library, and compares the two.
 * {@link TreeCopy} does this when it is run without arguments.
 */
final class JdkHomeCopy {
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
  private record Run(CopyResult result, String lateness) {}

  /** Returns whether everything was copied and verified. */
  boolean run() throws IOException, InterruptedException {
    Kind ours = Uring.unavailableReason().isEmpty() ? Kind.RING : Kind.POOL;
    Uring.unavailableReason()
        .ifPresent(reason -> out.println("io_uring is not available, using the pool: " + reason));
    out.println("Copying " + source + " to " + parent + ", twice with each engine. The first");
    out.println("round fills the page cache and warms up the code. The second round is reported.");
    copy(Kind.JDK);
    copy(ours);
    Run jdk = copy(Kind.JDK);
    Run library = copy(ours);

    out.println(jdk.result());
    out.println(library.result());
    out.printf(
        Locale.ROOT,
        "%s took %.2f of the time of jdk%n",
        ours,
        library.result().copySeconds() / jdk.result().copySeconds());
    out.println(
        "During the copies, an unrelated virtual thread that sleeps 1 ms in a loop woke late by");
    out.printf("  jdk:  %s%n", jdk.lateness());
    out.printf("  %s: %s%n", ours, library.lateness());
    return jdk.result().failed() + library.result().failed() == 0;
  }

  private Run copy(Kind kind) throws IOException, InterruptedException {
    Path target = parent.resolve(kind == Kind.JDK ? "jdk" : "ring");
    remove(target);
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
