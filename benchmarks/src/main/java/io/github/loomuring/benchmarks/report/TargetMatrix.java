package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.load.Combination;
import io.github.loomuring.benchmarks.load.Contenders;
import io.github.loomuring.benchmarks.results.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The targets of the library on several file systems side by side: a row for each kind of work,
 * number of threads and contender, a column for each file system.
 */
public final class TargetMatrix {
  /** The number of threads of most lines with more than one. */
  static final int MANY = 64;

  /** The file system of the machine, the ext4 with a journal, and the XFS. */
  public static final List<String> FILE_SYSTEMS =
      List.of(MatrixTarget.MACHINE, "ext4-journal", "xfs");

  private static final String LOG = "log-append";
  private static final String WHOLE_READ = "whole-file-read";
  private static final double LATE_MILLIS = 5;
  private static final double CPU_RATIO = 1.15;

  /**
   * What the library reaches on the ring, and what nothing but {@code FileChannel} takes part in.
   */
  private static final List<MatrixTarget> OF_RING =
      Stream.of(cached(), files(), durable(), paths(), devices(), programs())
          .flatMap(List::stream)
          .toList();

  /** All rows. What does not need the depth of the ring is to be reached without io_uring, too. */
  static final List<MatrixTarget> ALL =
      OF_RING.stream()
          .flatMap(
              target ->
                  needsRing(target)
                      ? Stream.of(target)
                      : Stream.of(target, target.with(Contenders.POOL)))
          .toList();

  private TargetMatrix() {}

  /** What has to be measured for the rows, with some contenders more to compare with. */
  public static List<Combination> combinations() {
    List<Combination> combinations = new ArrayList<>();
    for (MatrixTarget target : OF_RING) {
      Combination combination =
          new Combination(target.work(), target.threads(), contenders(target));
      if (combinations.stream().noneMatch(other -> other.toString().equals("" + combination))) {
        combinations.add(combination);
      }
    }
    return combinations;
  }

  private static List<String> contenders(MatrixTarget target) {
    List<String> contenders = new ArrayList<>();
    if (!target.contender().equals(Contenders.WATCHED)) {
      contenders.add(Contenders.RING);
      if (!needsRing(target)) {
        contenders.add(Contenders.POOL);
      }
    }
    contenders.add(Contenders.FILE_CHANNEL);
    contenders.add(Contenders.WATCHED);
    if (target.work().equals(WHOLE_READ)) {
      contenders.add(Contenders.FILES);
    }
    if (target.threads() == MANY) {
      contenders.add(Contenders.PLATFORM);
    }
    if (isOfDevice(target)) {
      contenders.add(Contenders.FIO_IO_URING);
    }
    return contenders;
  }

  /**
   * Writes the table and all lines of the results as a page, and the table alone into READMEs that
   * have a place for it.
   *
   * @return what was written, a line each
   */
  public static List<String> write(Results results, Path page, List<Path> readmes)
      throws IOException {
    ResultsPage all = new ResultsPage(results, List.of(), false);
    Files.createDirectories(page.toAbsolutePath().getParent());
    Files.writeString(
        page, "# Targets\n\n" + all.machine() + "\n" + table(results) + "\n" + all.lines());
    List<String> written = new ArrayList<>(List.of(page.toString()));
    for (Path readme : readmes) {
      boolean replaced = ReadmeTable.MATRIX.replace(readme, table(results));
      written.add(readme + (replaced ? "" : " has no place for the table"));
    }
    return written;
  }

  /** The table of the file systems that were measured, as Markdown. */
  static String table(Results results) {
    List<String> fileSystems = fileSystems(results);
    List<String> heads = new ArrayList<>(List.of("work", ">N", "engine", "target"));
    heads.addAll(fileSystems);
    MarkdownTable table = new MarkdownTable(heads.toArray(String[]::new));
    Set<String> unmeasured = new LinkedHashSet<>();
    for (MatrixTarget target : ALL) {
      if (fileSystems.stream().noneMatch(name -> target.evaluate(results, name).isMeasured())) {
        unmeasured.add(target.work() + " N=" + target.threads());
        continue;
      }
      List<String> cells =
          new ArrayList<>(
              List.of(
                  target.work(),
                  Numbers.plain(target.threads()),
                  target.contender(),
                  target.target()));
      fileSystems.forEach(fileSystem -> cells.add(target.evaluate(results, fileSystem).toString()));
      table.row(cells.toArray(String[]::new));
    }
    table.row(allocation(results, fileSystems));
    String missing =
        unmeasured.isEmpty() ? "" : "\nNot measured: " + String.join(", ", unmeasured) + ".\n";
    return table + "\n" + summary(results, fileSystems) + missing;
  }

  private static String summary(Results results, List<String> fileSystems) {
    List<Verdict> verdicts =
        ALL.stream()
            .flatMap(
                target ->
                    fileSystems.stream()
                        .map(fileSystem -> target.evaluate(results, fileSystem).verdict()))
            .toList();
    return """
    %d met, %d not met, %d not measured. A cell has the rate divided by that of `FileChannel` on \
    virtual threads (in brackets the lowest and the highest round), the same of 64 platform \
    threads, the 99th percentile of the lateness of an unrelated thread in ms (in brackets that \
    with `FileChannel`), and the processor time of an operation divided by that with \
    `FileChannel`. At N=64, a rate of %s of 64 platform threads is enough as well.
    """
        .formatted(
            count(verdicts, Verdict.MET),
            count(verdicts, Verdict.NOT_MET),
            count(verdicts, Verdict.NOT_MEASURED),
            Numbers.limit(MatrixCell.PLATFORM_RATIO_MIN));
  }

  private static long count(List<Verdict> verdicts, Verdict wanted) {
    return verdicts.stream().filter(verdict -> verdict == wanted).count();
  }

  private static String[] allocation(Results results, List<String> fileSystems) {
    List<String> cells = new ArrayList<>(List.of("bytes allocated", "all", Contenders.RING));
    cells.add("< 1 an operation in every read and write");
    for (String fileSystem : fileSystems) {
      Results onFileSystem =
          new Results(
              results.machine(),
              results.idleLate(),
              results.lines().stream()
                  .filter(line -> line.fileSystem().equals(fileSystem))
                  .toList());
      TargetRow row = Targets.allocation(onFileSystem);
      cells.add(
          row.verdict() == Verdict.NOT_MEASURED
              ? Numbers.UNKNOWN
              : row.measured() + "; " + row.verdict().text());
    }
    return cells.toArray(String[]::new);
  }

  /** Those of the results, in the order of {@link #FILE_SYSTEMS}; others after them. */
  private static List<String> fileSystems(Results results) {
    Set<String> measured = new LinkedHashSet<>();
    results.lines().forEach(line -> measured.add(line.fileSystem()));
    return measured.stream()
        .sorted(
            Comparator.comparingInt(
                name -> FILE_SYSTEMS.contains(name) ? FILE_SYSTEMS.indexOf(name) : 99))
        .toList();
  }

  private static boolean needsRing(MatrixTarget target) {
    return isOfDevice(target)
        || target.work().equals(LOG) && target.threads() > 1
        || target.contender().equals(Contenders.WATCHED);
  }

  private static boolean isOfDevice(MatrixTarget target) {
    return target.work().startsWith("direct-") || target.work().startsWith("cold-");
  }

  /** The limits for one thread, and for {@link #MANY} of them. */
  private static List<MatrixTarget> both(String work, double alone, double many) {
    return List.of(
        MatrixTarget.of(work, 1, Limits.ratio(alone).cpu(CPU_RATIO)),
        MatrixTarget.of(work, MANY, Limits.ratio(many).late(LATE_MILLIS).cpu(CPU_RATIO)));
  }

  private static List<MatrixTarget> both(
      String work, double alone, double many, double manyOnMachine) {
    List<MatrixTarget> same = both(work, alone, many);
    return List.of(
        same.get(0),
        same.get(1).onMachine(Limits.ratio(manyOnMachine).late(LATE_MILLIS).cpu(CPU_RATIO)));
  }

  private static List<MatrixTarget> cached() {
    return Stream.of(
            both("warm-read-4k", 0.95, 0.9),
            both("buffered-write-4k", 0.95, 0.9),
            both("buffered-append-4k", 0.95, 0.9),
            both("open-close", 0.9, 0.85),
            both("small-file-read", 0.9, 0.85))
        .flatMap(List::stream)
        .toList();
  }

  private static List<MatrixTarget> files() {
    List<MatrixTarget> reads = both(WHOLE_READ, 1.1, 1.1);
    return Stream.of(
            both("small-file-write", 0.9, 0.9, 2),
            both("small-file-create", 0.9, 0.9, 2),
            both("whole-file-write", 0.95, 0.95, 2.2),
            both("whole-file-durable-write", 0.95, 1),
            reads.stream().map(target -> target.against(Contenders.FILES)).toList(),
            List.of(
                MatrixTarget.of(WHOLE_READ, 1, Limits.NONE),
                MatrixTarget.of(WHOLE_READ, MANY, Limits.NONE)))
        .flatMap(List::stream)
        .toList();
  }

  private static List<MatrixTarget> durable() {
    return List.of(
        MatrixTarget.of(LOG, 1, Limits.ratio(0.95).cpu(CPU_RATIO)),
        MatrixTarget.of(LOG, MANY, Limits.ratio(4).late(LATE_MILLIS).cpu(CPU_RATIO)),
        MatrixTarget.of(LOG, 256, Limits.ratio(8).cpu(CPU_RATIO)));
  }

  private static List<MatrixTarget> paths() {
    return Stream.of("stat", "rename", "link-unlink", "mkdir-rmdir")
        .flatMap(work -> both(work, 0.85, 0.85).stream())
        .toList();
  }

  private static List<MatrixTarget> devices() {
    List<MatrixTarget> targets = new ArrayList<>();
    targets.add(
        MatrixTarget.of("cold-read-4k", MANY, Limits.ratio(2.5).late(LATE_MILLIS).cpu(CPU_RATIO)));
    for (String work : List.of("direct-read-4k", "direct-write-4k")) {
      targets.add(MatrixTarget.of(work, 1, Limits.ratio(0.95)));
      targets.add(MatrixTarget.of(work, 16, Limits.ratio(0.95)));
      targets.add(MatrixTarget.of(work, MANY, Limits.ratio(1).late(LATE_MILLIS)));
      targets.add(MatrixTarget.of(work, 1_000, Limits.ratio(1).late(2)));
    }
    return targets;
  }

  /** The time of a copy is at most 1.05 of that with the JDK: the rate is at least 0.952 of it. */
  private static List<MatrixTarget> programs() {
    return List.of(
        MatrixTarget.of("tree-copy", 1, Limits.ratio(0.952).late(LATE_MILLIS).cpu(CPU_RATIO)),
        held("carrier-held-sleep", 15, 3),
        held("carrier-held-stream", 2, LATE_MILLIS),
        held("carrier-held-mapping", 2, LATE_MILLIS));
  }

  private static MatrixTarget held(String work, double ratioMin, double lateMillisMax) {
    return MatrixTarget.of(work, MANY, Limits.ratio(ratioMin).late(lateMillisMax))
        .onMachine(Limits.NONE)
        .with(Contenders.WATCHED);
  }
}
