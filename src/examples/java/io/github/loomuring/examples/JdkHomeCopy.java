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

/** What {@link TreeCopy} does without arguments: the running JDK, by the JDK and by the ring. */
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

  /** One copy, and how late an unrelated virtual thread woke during it. */
  private record Run(CopyResult result, String lateness) {}

  /** Returns whether all was copied, and the copies are right. */
  boolean run() throws IOException, InterruptedException {
    Kind ours = Uring.unavailableReason().isEmpty() ? Kind.RING : Kind.POOL;
    Uring.unavailableReason()
        .ifPresent(reason -> out.println("io_uring is not available, using the pool: " + reason));
    out.println("Copying " + source + " to " + parent + ", each engine twice: the first round");
    out.println("fills the page cache and warms the code up, the second one is shown.");
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
        "An unrelated virtual thread that sleeps 1 ms in a loop woke late during the copies by");
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
      copier.verify(); // not probed: checksums take the carriers for good reason
      return new Run(copier.result(), lateness);
    }
  }

  /** Removes what an earlier run left. */
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
