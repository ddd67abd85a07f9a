package io.github.loomuring.internal.replace;

import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * Replaces the content of a file in one step that survives a crash: writes a temporary file beside
 * it, calls fsync, renames the temporary file to the target, and calls fsync on the directory. All
 * of it blocks, so a thread of the pool runs it.
 *
 * <p>Other users may be allowed to write the directory, and may give the temporary file's name to
 * another file at any moment. So no attribute is set by that name, only by a descriptor: see {@link
 * KernelReplacement}. Where the kernel cannot be called, see {@link JdkReplacement}.
 */
public final class Replacement implements Callable<Void> {
  /** The most symbolic links that the kernel follows: MAXSYMLINKS of linux/namei.h. */
  private static final int LINKS_MAX = 40;

  private final Kernel kernel;
  private final Path path;
  private final byte[] bytes;

  /** Prepares a replacement by calls of the running kernel if it can be called, else of the JDK. */
  public Replacement(Path path, byte[] bytes) {
    this(runningKernel(), path, bytes);
  }

  /**
   * Prepares a replacement by calls of {@code kernel}.
   *
   * @param kernel null for calls of the JDK
   */
  Replacement(Kernel kernel, Path path, byte[] bytes) {
    this.kernel = kernel;
    this.path = path;
    this.bytes = bytes;
  }

  private static Kernel runningKernel() {
    String architecture = System.getProperty("os.arch");
    if (!System.getProperty("os.name").equals("Linux")
        || !(architecture.equals("amd64") || architecture.equals("aarch64"))) {
      return null;
    }
    try {
      return KernelReplacement.isPossibleBy(LinuxKernel.INSTANCE) ? LinuxKernel.INSTANCE : null;
    } catch (LinkageError | IllegalCallerException | UnsupportedOperationException e) {
      return null;
    }
  }

  @Override
  public Void call() throws IOException {
    Path target = target().toAbsolutePath();
    if (target.getParent() == null) {
      throw new FileSystemException(path.toString(), null, "Is a directory");
    }
    if (kernel == null) {
      new JdkReplacement(path, target).replace(bytes);
      return null;
    }
    try (KernelReplacement replacement = new KernelReplacement(kernel, path, target)) {
      replacement.replace(bytes);
    }
    return null;
  }

  /** The file that the path leads to through symbolic links; the links stay. */
  private Path target() throws IOException {
    Path target = path;
    for (int i = 0; Files.isSymbolicLink(target); i++) {
      if (i == LINKS_MAX) {
        throw new FileSystemLoopException(path.toString());
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }
}
