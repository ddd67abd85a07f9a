package io.github.loomuring.it.lucene;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.store.SimpleFSLockFactory;
import org.apache.lucene.tests.store.BaseLockFactoryTestCase;

/**
 * What Lucene demands of an index's lock, of the one that creates a file that must not be there.
 */
@ThreadLeakFilters(filters = LibraryThreads.class)
public class SimpleLockSuite extends BaseLockFactoryTestCase {
  @Override
  protected Directory getDirectory(Path path) throws IOException {
    return new NIOFSDirectory(PathUnderTest.of(path), SimpleFSLockFactory.INSTANCE);
  }
}
