package io.github.loomuring.internal.spi;

import io.github.loomuring.Sync;
import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.linux.Fcntl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Carries out file operations: on rings, or by the JDK on a pool of platform threads.
 *
 * <p>Operations on paths run on the pool, by the JDK, unless an engine overrides them. Paths belong
 * to the platform's file system. Every operation throws {@link java.io.InterruptedIOException} on
 * an interrupt, {@link java.nio.channels.ClosedChannelException} if the engine is closed, and
 * {@link java.nio.channels.AsynchronousCloseException} if the engine is closed meanwhile. Any
 * thread may call.
 */
public interface Engine {
  /** Opens a file as {@code spec}, which has been checked, says. */
  EngineFile open(Path path, OpenSpec spec) throws IOException;

  /** Runs blocking work on the pool. Once it has started, the caller waits for its end. */
  <T> T call(Callable<T> work) throws IOException;

  /**
   * Runs blocking work on the pool, or leaves it when the caller is interrupted or its deadline
   * passes. Work that is left goes on; its result is dropped.
   */
  <T> T callOrAbandon(Callable<T> work) throws IOException;

  /**
   * Opens a file, reads all of it, and closes it.
   *
   * @throws java.nio.file.FileSystemException if the bytes do not fit an array
   */
  default byte[] readAll(Path path) throws IOException {
    EngineFile file = open(path, OpenSpec.READ);
    try {
      return WholeFile.read(file::read, path, file.size());
    } finally {
      file.close();
    }
  }

  /**
   * Opens a file, writes {@code bytes}, flushes them to the device as {@code flush} says, and
   * closes the file.
   */
  default void write(Path path, OpenSpec spec, byte[] bytes, Sync sync) throws IOException {
    WholeFile.write(open(path, spec), path, bytes, sync);
  }

  /** Makes buffers, which the files of this engine recognise by their addresses. */
  BufferSet buffers(int count, int bytes) throws IOException;

  /** Closes {@code buffers}; none of them may be leased. */
  void close(BufferSet buffers);

  boolean isOpen();

  /** Whether it makes the kernel's calls itself; otherwise the JDK makes them, on the pool. */
  default boolean callsKernel() {
    return false;
  }

  /** Ends every operation in flight and refuses new ones. Idempotent. */
  void close();

  /** Name and configuration, for people. */
  @Override
  String toString();

  // ---- operations on paths

  default FileStatus status(Path path, boolean followLinks) throws IOException {
    return callOrAbandon(() -> statusByJdk(path, followLinks));
  }

  /** Sets the times that are not null, of the file that {@code path} leads to. */
  default void setTimes(Path path, FileTime lastModified, FileTime lastAccess) throws IOException {
    callOrAbandon(
        () -> {
          Files.getFileAttributeView(path, BasicFileAttributeView.class)
              .setTimes(lastModified, lastAccess, null);
          return null;
        });
  }

  default void setPermissions(Path path, Set<PosixFilePermission> permissions) throws IOException {
    callOrAbandon(() -> Files.setPosixFilePermissions(path, permissions));
  }

  default void delete(Path path) throws IOException {
    callOrAbandon(
        () -> {
          Files.delete(path);
          return null;
        });
  }

  /**
   * Moves a file as {@link Files#move} does.
   *
   * @param options {@link StandardCopyOption}s: at most ATOMIC_MOVE and REPLACE_EXISTING
   */
  default void move(Path source, Path target, Set<CopyOption> options) throws IOException {
    call(() -> Files.move(source, target, options.toArray(new CopyOption[0])));
  }

  /** Exchanges two names in one step: each then leads to the file of the other. */
  default void exchange(Path one, Path other) throws IOException {
    throw new UnsupportedOperationException("exchanging two files needs io_uring");
  }

  default void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    callOrAbandon(() -> Files.createDirectory(directory, attributes));
  }

  default void createSymbolicLink(Path link, Path target) throws IOException {
    callOrAbandon(() -> Files.createSymbolicLink(link, target));
  }

  default void createLink(Path link, Path existing) throws IOException {
    callOrAbandon(() -> Files.createLink(link, existing));
  }

  default Path readSymbolicLink(Path link) throws IOException {
    return callOrAbandon(() -> Files.readSymbolicLink(link));
  }

  /** Copies a file as {@link Files#copy(Path, Path, CopyOption...)} does. */
  default void copy(Path source, Path target, CopyOption... options) throws IOException {
    call(() -> Files.copy(source, target, options));
  }

  /** The entries of a directory, in no particular order. */
  default List<Path> list(Path directory) throws IOException {
    return callOrAbandon(
        () -> {
          try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
        });
  }

  private static FileStatus statusByJdk(Path path, boolean followLinks) throws IOException {
    LinkOption[] options =
        followLinks ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
    BasicFileAttributes basic = Files.readAttributes(path, BasicFileAttributes.class, options);
    boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
    Map<String, Object> attributes =
        unix ? Files.readAttributes(path, "unix:*", options) : Map.of();
    return new FileStatus(
        unix ? (int) attributes.get("mode") : modeOf(basic),
        number(attributes.get("uid")),
        number(attributes.get("gid")),
        number(attributes.get("dev")),
        number(attributes.get("ino")),
        unix ? number(attributes.get("nlink")) : 1,
        basic.size(),
        -1,
        basic.lastAccessTime(),
        basic.lastModifiedTime(),
        unix ? (FileTime) attributes.get("ctime") : basic.lastModifiedTime(),
        basic.creationTime(),
        0,
        0);
  }

  private static long number(Object value) {
    return switch (value) {
      case null -> 0;
      case Integer i -> Integer.toUnsignedLong(i);
      case Number n -> n.longValue();
      default -> throw new IllegalStateException("value=" + value + " is not a number");
    };
  }

  private static int modeOf(BasicFileAttributes basic) {
    int type =
        basic.isRegularFile()
            ? Fcntl.S_IFREG
            : basic.isDirectory() ? Fcntl.S_IFDIR : basic.isSymbolicLink() ? Fcntl.S_IFLNK : 0;
    return type | 0666;
  }
}
