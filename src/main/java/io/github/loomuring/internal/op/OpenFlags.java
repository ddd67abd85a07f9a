package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.spi.OpenSpec;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The flags of {@code open(2)} for the options of an open, and the exceptions that go with them.
 */
final class OpenFlags {
  private OpenFlags() {}

  static int of(OpenSpec spec) {
    int flags = O_CLOEXEC;
    flags |= spec.read() && spec.write() ? O_RDWR : spec.write() ? O_WRONLY : O_RDONLY;
    if (spec.createNew()) {
      flags |= O_CREAT | O_EXCL;
    } else if (spec.create()) {
      flags |= O_CREAT;
    }
    flags |= spec.truncateExisting() ? O_TRUNC : 0;
    flags |= spec.append() ? O_APPEND : 0;
    flags |= spec.dsync() ? O_DSYNC : 0;
    flags |= spec.sync() ? O_SYNC : 0;
    flags |= spec.direct() ? O_DIRECT : 0;
    flags |= spec.noFollowLinks() ? O_NOFOLLOW : 0;
    return flags;
  }

  /** The exception for an open that the kernel refused with {@code result}. */
  static IOException failure(int result, Path path, OpenSpec spec) {
    boolean isDirectory = Errno.EISDIR.is(result) || path.endsWith(".");
    if (spec.createNew() && isDirectory) {
      return new FileAlreadyExistsException(path.toString());
    }
    if (Errno.ELOOP.is(result) && spec.noFollowLinks()) {
      return new FileSystemException(
          path.toString(),
          null,
          Errno.describe(result) + " or the path is a symbolic link and NOFOLLOW_LINKS specified");
    }
    return Errno.exception(result, path.toString(), "open");
  }
}
