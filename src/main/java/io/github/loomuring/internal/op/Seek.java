package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.Fcntl.*;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.spi.EngineFile;
import java.io.IOException;

/**
 * {@code lseek(2)} on the caller, to ask which positions a file has: no read or write goes by the
 * position that it sets. It does not wait for a device.
 */
final class Seek {
  private Seek() {}

  static long to(Handle handle, long position) throws IOException {
    return seek(handle, position, SEEK_SET);
  }

  /** The size of a block device, for which statx(2) says 0. */
  static long end(Handle handle) throws IOException {
    return seek(handle, 0, SEEK_END);
  }

  private static long seek(Handle handle, long position, int whence) throws IOException {
    Operation operation = handle.start();
    try {
      long result = handle.kernel().lseek(operation.errno, handle.fd, position, whence);
      if (Errno.ESPIPE.is(result)) {
        return EngineFile.NO_POSITION;
      }
      if (result < 0) {
        // The type is that of the JDK, which throws no other one here.
        throw new IOException(
            handle.path + ": position=" + position + ": " + Errno.describe(result));
      }
      return result;
    } finally {
      handle.end(operation);
    }
  }
}
