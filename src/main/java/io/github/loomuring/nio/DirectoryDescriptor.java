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
 * A descriptor of the directory of a secure directory stream. It opens files in that directory on
 * the ring: the path /proc/self/fd/N leads to the directory even if its name was changed.
 *
 * <p>The platform does not expose the descriptor of its stream. This one is therefore opened by the
 * path of the directory when it is first needed, and used only if it refers to the same directory
 * as the stream. Any thread may call; {@link #close} closes the descriptor.
 */
final class DirectoryDescriptor implements Closeable {
  private final UringPath directory;
  private final SecureDirectoryStream<Path> stream;
  private final ReentrantLock lock = new ReentrantLock();

  /** Null if it is not open. */
  private UringFile descriptor; // guarded by lock

  /** True after the first attempt to open the descriptor, and after a close: none follows. */
  private boolean decided; // guarded by lock

  DirectoryDescriptor(UringPath directory, SecureDirectoryStream<Path> stream) {
    this.directory = directory;
    this.stream = stream;
  }

  /** Opens the file {@code name} in the directory; returns null if the platform must open it. */
  SeekableByteChannel open(
      Path name, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    // With DELETE_ON_CLOSE the file would be deleted by a path that may be wrong by then.
    boolean deletes = options.contains(StandardOpenOption.DELETE_ON_CLOSE);
    if (deletes || name.isAbsolute() || name.toString().isEmpty()) {
      return null;
    }
    UringFile opened = descriptor();
    if (opened == null) {
      return null;
    }
    try {
      return Access.get()
          .engineFile(opened)
          .withDescriptorPath(
              path ->
                  path == null ? null : newByteChannel(path.resolve(name), options, attributes));
    } catch (ClosedChannelException e) {
      return null; // the stream is closed, and the platform throws the exception for that
    } catch (FileSystemException e) {
      throw withName(name, e);
    }
  }

  private SeekableByteChannel newByteChannel(
      Path platformPath, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return directory
        .getFileSystem()
        .provider()
        .newByteChannel(directory.wrap(platformPath), options, attributes);
  }

  private UringFile descriptor() {
    StackReserve.ensure();
    lock.lock();
    try {
      if (!decided) {
        assert descriptor == null : descriptor;
        decided = true;
        descriptor = openIfSame();
      }
      return descriptor;
    } finally {
      lock.unlock();
    }
  }

  /** Opens the directory by its path; returns null if that is no longer the stream's directory. */
  private UringFile openIfSame() {
    assert lock.isHeldByCurrentThread();
    Uring uring = directory.dispatcher().uring();
    if (uring == null || !Access.get().engine(uring).callsKernel()) {
      return null;
    }
    UringFile opened = null;
    boolean same = false;
    try {
      opened =
          Interrupts.ignored(
              () -> uring.openFile(directory.platformPath(), StandardOpenOption.READ));
      same = isDirectoryOfStream(opened);
      return same ? opened : null;
    } catch (IOException e) {
      return null; // the path no longer exists, or is not readable
    } finally {
      if (!same) {
        closeQuietly(opened);
      }
    }
  }

  private boolean isDirectoryOfStream(UringFile opened) throws IOException {
    return Access.get()
        .engineFile(opened)
        .withDescriptorPath(
            path -> path != null && directory.dispatcher().call(() -> hasKeyOfStream(path)));
  }

  private boolean hasKeyOfStream(Path path) throws IOException {
    Object key =
        stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes().fileKey();
    return key != null
        && key.equals(
            path.getFileSystem()
                .provider()
                .readAttributes(path, BasicFileAttributes.class)
                .fileKey());
  }

  /** Returns the exception with the name that the caller passed. */
  private static FileSystemException withName(Path name, FileSystemException e) {
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
      // The directory was opened for reading, so no data can be lost.
    }
  }
}
