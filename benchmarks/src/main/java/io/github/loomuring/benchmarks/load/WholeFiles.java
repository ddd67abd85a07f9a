package io.github.loomuring.benchmarks.load;

import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** How files are opened that are read or written as a whole. */
final class WholeFiles {
  static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ);
  static final Set<OpenOption> REWRITE =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);

  private WholeFiles() {}
}
