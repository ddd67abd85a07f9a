package io.github.loomuring.examples;

import com.sun.management.UnixOperatingSystemMXBean;
import io.github.loomuring.examples.TemporaryFiles.Temporary;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Copies a directory tree, each regular file on a virtual thread of its own.
 *
 * <p>The calling thread should be a platform thread. It walks the tree, makes the directories and
 * symbolic links and starts the virtual threads. It makes the blocking JDK calls on paths, which
 * would block the carriers of virtual threads. The virtual threads make such calls only to remove
 * the temporary file of a copy that failed. If the engine is the JDK, their reads and writes block
 * the carriers, too.
 *
 * <p>An instance is for one copy.
 */
final class TreeCopier implements AutoCloseable {
  private static final int FILES_AT_ONCE_MAX = 1_000;
  private static final int DESCRIPTORS_PER_FILE = 2;

  /** For everything else: the path threads, the walk, class loading, the ring. */
  private static final int DESCRIPTORS_RESERVED = 64;

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** A directory. Its entries are copied first, its attributes last. */
  private record Directory(Path source, Path target, Attributes attributes) {}

  /** A regular file that was copied. */
  private record Copied(Path source, Path target, long size) {}

  /** A step of the copy that may fail for one file. */
  private interface Step {
    void run() throws IOException;
  }

  private final CopyEngine.Kind kind;
  private final CopyEngine engine;
  private final TemporaryFiles temporaries;
  private final PathThreads pathThreads;
  private final Progress progress;
  private final FileCopier files;
  private final Semaphore room = new Semaphore(filesAtOnce());
  private final Queue<Copied> copied = new ConcurrentLinkedQueue<>();
  private long copyNanos;
  private long verifyNanos;

  /**
   * Prepares a copy.
   *
   * @param err receives the reports of failed and skipped files
   * @throws UnsupportedOperationException if the engine is not available; the message names the
   *     cause
   */
  TreeCopier(CopyEngine.Kind kind, PrintWriter err) {
    this.kind = kind;
    this.engine = CopyEngine.open(kind); // first, because it may fail
    this.temporaries = new TemporaryFiles();
    this.pathThreads = new PathThreads();
    this.progress = new Progress(err);
    this.files = new FileCopier(engine, temporaries, pathThreads);
  }

  /**
   * Copies the tree. Failures of single files are reported and counted.
   *
   * @throws IOException if {@code target} cannot be made, or the process is ending
   */
  void copy(Path source, Path target) throws IOException {
    long begin = System.nanoTime();
    Files.createDirectories(target.toAbsolutePath().getParent());
    copyTree(new Directory(source, target, Attributes.of(source)));
    copyNanos = System.nanoTime() - begin;
    temporaries.checkStopping();
  }

  /**
   * Compares every copied file with its copy. Differences are reported and counted as failures.
   *
   * @throws IOException if the process is ending
   */
  void verify() throws IOException {
    long begin = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Copied file : copied) {
        start(
            threads, file.source(), () -> files.verify(file.source(), file.target(), file.size()));
      }
    }
    verifyNanos = System.nanoTime() - begin;
    temporaries.checkStopping();
  }

  /** Returns the present counts and times. */
  CopyResult result() {
    return new CopyResult(
        kind,
        progress.files(),
        progress.bytes(),
        progress.failed(),
        progress.skipped(),
        copyNanos,
        verifyNanos);
  }

  @Override
  public void close() {
    progress.close();
    pathThreads.close();
    temporaries.close();
    engine.close();
  }

  private void copyTree(Directory root) throws IOException {
    Deque<Directory> made = new ArrayDeque<>();
    Deque<Directory> toWalk = new ArrayDeque<>();
    makeDirectory(root.target());
    toWalk.push(root);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      while (!toWalk.isEmpty()) {
        Directory directory = toWalk.pop();
        made.push(directory);
        for (Path entry : list(directory.source())) {
          temporaries.checkStopping();
          copyEntry(entry, directory, threads, toWalk);
        }
      }
    } // waits for the threads
    // Attributes last, and children before parents, because adding an entry changes the times of a
    // directory, and fails in a read-only one.
    for (Directory directory : made) {
      attempt(directory.source(), () -> directory.attributes().applyTo(directory.target()));
    }
  }

  private void copyEntry(
      Path source, Directory parent, ExecutorService threads, Deque<Directory> toWalk) {
    attempt(
        source,
        () -> {
          Attributes attributes = Attributes.of(source);
          Path target = parent.target().resolve(source.getFileName());
          switch (attributes.type()) {
            case REGULAR -> startCopy(source, attributes, target, threads);
            case DIRECTORY -> {
              makeDirectory(target);
              toWalk.push(new Directory(source, target, attributes));
            }
            case SYMBOLIC_LINK -> copyLink(source, attributes, target);
            case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE ->
                progress.skipped(source, attributes.type());
          }
        });
  }

  private void startCopy(Path source, Attributes attributes, Path target, ExecutorService threads) {
    progress.found(attributes.size());
    start(
        threads,
        source,
        () -> {
          files.copy(source, attributes, target, progress::copied);
          progress.completed();
          copied.add(new Copied(source, target, attributes.size()));
        });
  }

  private void copyLink(Path source, Attributes attributes, Path target) throws IOException {
    try (Temporary temporary = temporaries.beside(target)) {
      Files.createSymbolicLink(temporary.path(), Files.readSymbolicLink(source));
      attributes.applyTo(temporary.path());
      temporary.complete();
    }
  }

  /**
   * Runs {@code step} on a new virtual thread, after waiting until fewer threads than the limit
   * run.
   */
  private void start(ExecutorService threads, Path source, Step step) {
    room.acquireUninterruptibly();
    threads.execute(
        () -> {
          try {
            attempt(source, step);
          } finally {
            room.release();
          }
        });
  }

  /** Runs {@code step}, and reports its failure, so that the copy of other files continues. */
  private void attempt(Path source, Step step) {
    try {
      step.run();
    } catch (Throwable e) { // also an Error, because it means that this file was not copied
      progress.failed(source, e);
    }
  }

  /** Reads the whole directory before it returns, so that no descriptor stays open. */
  private List<Path> list(Path directory) {
    List<Path> entries = new ArrayList<>();
    attempt(
        directory,
        () -> {
          try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(entries::add);
          } catch (DirectoryIteratorException e) {
            throw e.getCause();
          }
        });
    return entries;
  }

  private static void makeDirectory(Path path) throws IOException {
    try {
      Files.createDirectory(path, PRIVATE_DIRECTORY);
    } catch (FileAlreadyExistsException e) {
      // A symbolic link to a directory is rejected, because it may lead out of the target.
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      Attributes.makeWritable(path);
    }
  }

  /** Returns how many files can be open at once under the limit on descriptors (RLIMIT_NOFILE). */
  private static int filesAtOnce() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      long free =
          unix.getMaxFileDescriptorCount()
              - unix.getOpenFileDescriptorCount()
              - DESCRIPTORS_RESERVED;
      return (int) Math.clamp(free / DESCRIPTORS_PER_FILE, 1L, FILES_AT_ONCE_MAX);
    }
    return FILES_AT_ONCE_MAX;
  }
}
