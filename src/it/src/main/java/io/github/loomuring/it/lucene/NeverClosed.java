package io.github.loomuring.it.lucene;

import java.nio.file.Path;
import org.apache.lucene.tests.mockfile.FilterFileSystem;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;

/**
 * A filter of a file system that cannot be closed. Lucene's filters close what they filter, but for
 * the default file system, which throws on that; so does the library's, be it the default or not.
 */
final class NeverClosed extends FilterFileSystemProvider {
  private NeverClosed(Path path) {
    super("unclosed", path.getFileSystem().provider());
    fileSystem =
        new FilterFileSystem(this, path.getFileSystem()) {
          @Override
          public void close() {
            onClose();
          }
        };
  }

  /** {@code path}, of a file system that can be closed. */
  static Path around(Path path) {
    return new NeverClosed(path).wrapPath(path);
  }
}
