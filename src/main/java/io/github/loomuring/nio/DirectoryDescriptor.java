package io.github.loomuring.nio;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.call.Interrupts;
import io.github.loomuring.internal.jvm.StackReserve;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A descriptor of the ring on the directory that a stream of the platform keeps to, by which its
 * files are opened: /proc/self/fd leads to the directory itself, whatever its name leads to by now.
 *
 * <p>It is opened by that name when it is first needed, and used only if it turns out to be the
 * stream's directory. Any thread may call.
 */
final class DirectoryDescriptor implements Closeable {
  private final UringPath directory;
  private final SecureDirectoryStream<Path> stream;
  private final ReentrantLock lock = new ReentrantLock();

  /** Null if it is not open. */
  private UringFile descriptor; // guarded by lock

  /** It was asked for, or the stream is closed: it does not come any more. */
  private boolean decided; // guarded by lock

  DirectoryDescriptor(UringPath directory, SecureDirectoryStream<Path> stream) {
    this.directory = directory;
    this.stream = stream;
  }

  /** A channel of the file {@code name}; null if the platform has to open it. */
  SeekableByteChannel open(
      Path name, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    boolean deletes = options.contains(StandardOpenOption.DELETE_ON_CLOSE); // by its path, later
    if (deletes || name.isAbsolute() || name.toString().isEmpty()) {
      return null;
    }
    UringFile ours = descriptor();
    if (ours == null) {
      return null;
    }
    try {
      return Access.get()
          .engineFile(ours)
          .withDescriptorPath(
              there ->
                  there == null
                      ? null
                      : directory
                          .getFileSystem()
                          .provider()
                          .newByteChannel(
                              directory.wrap(there.resolve(name)), options, attributes));
    } catch (ClosedChannelException e) {
      return null; // the stream is closed: the platform says it
    } catch (FileSystemException e) {
      throw named(name, e);
    }
  }

  private UringFile descriptor() {
    StackReserve.ensure();
    lock.lock();
    try {
      if (!decided) {
        decided = true;
        descriptor = openIfSame();
      }
      return descriptor;
    } finally {
      lock.unlock();
    }
  }

  private UringFile openIfSame() {
    Uring uring = directory.getFileSystem().uring();
    if (uring == null || !uring.isRing()) {
      return null;
    }
    UringFile opened = null;
    boolean same = false;
    try {
      opened =
          Interrupts.ignored(
              () -> uring.openFile(directory.platformPath(), StandardOpenOption.READ));
      same = isStreams(opened);
      return same ? opened : null;
    } catch (IOException e) {
      return null; // the name is gone, or may not be read any more
    } finally {
      if (!same) {
        closeQuietly(opened);
      }
    }
  }

  /** Whether {@code opened} is the directory of the stream. */
  private boolean isStreams(UringFile opened) throws IOException {
    return Access.get()
        .engineFile(opened)
        .withDescriptorPath(
            path ->
                path != null
                    && Calls.blocking(
                        directory.getFileSystem(),
                        () -> {
                          Object key =
                              stream
                                  .getFileAttributeView(BasicFileAttributeView.class)
                                  .readAttributes()
                                  .fileKey();
                          return key != null
                              && key.equals(
                                  path.getFileSystem()
                                      .provider()
                                      .readAttributes(path, BasicFileAttributes.class)
                                      .fileKey());
                        }));
  }

  /** The exception with the name that the caller has given. */
  private static FileSystemException named(Path name, FileSystemException e) {
    String file = name.toString();
    String reason = e.getReason();
    FileSystemException named =
        switch (e) {
          case NoSuchFileException _ -> new NoSuchFileException(file, null, reason);
          case FileAlreadyExistsException _ -> new FileAlreadyExistsException(file, null, reason);
          case AccessDeniedException _ -> new AccessDeniedException(file, null, reason);
          case FileSystemLoopException _ -> new FileSystemLoopException(file);
          default -> new FileSystemException(file, null, reason);
        };
    named.initCause(e);
    return named;
  }

  @Override
  public void close() throws IOException {
    StackReserve.ensure();
    lock.lock();
    try {
      decided = true;
      if (descriptor != null) {
        UringFile closing = descriptor;
        descriptor = null;
        closing.close();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void closeQuietly(UringFile file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      // It was opened for reading: there is nothing that could be lost.
    }
  }
}
