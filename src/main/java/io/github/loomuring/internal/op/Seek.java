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

  static long to(RingFile file, long position) throws IOException {
    return seek(file, position, SEEK_SET);
  }

  /** The size of a block device, of which statx(2) says 0. */
  static long end(RingFile file) throws IOException {
    return seek(file, 0, SEEK_END);
  }

  private static long seek(RingFile file, long position, int whence) throws IOException {
    Operation operation = file.start();
    try {
      long result = file.kernel().lseek(operation.errno, file.fd, position, whence);
      if (Errno.ESPIPE.is(result)) {
        return EngineFile.NO_POSITION;
      }
      if (result < 0) {
        // As the JDK, which has only this one; the text has what people need.
        throw new IOException(file.path + ": position=" + position + ": " + Errno.describe(result));
      }
      return result;
    } finally {
      file.end(operation);
    }
  }
}
