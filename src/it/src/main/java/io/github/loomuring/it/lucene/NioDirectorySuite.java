package io.github.loomuring.it.lucene;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.tests.store.BaseDirectoryTestCase;

/** What Lucene demands of a directory, of the one that reads with {@code FileChannel.read}. */
@ThreadLeakFilters(filters = LibraryThreads.class)
public class NioDirectorySuite extends BaseDirectoryTestCase {
  @Override
  protected Directory getDirectory(Path path) throws IOException {
    return new NIOFSDirectory(PathUnderTest.of(path));
  }
}
