package io.github.loomuring.it.lucene;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.tests.store.BaseChunkedDirectoryTestCase;

/**
 * Lucene's tests of reads that cross chunks, of the directory that reads with {@code
 * FileChannel.read}: its chunks are those of its buffer, whatever size the suite asks for.
 */
@ThreadLeakFilters(filters = LibraryThreads.class)
public class ChunkedNioDirectorySuite extends BaseChunkedDirectoryTestCase {
  @Override
  protected Directory getDirectory(Path path, int maxChunkSize) throws IOException {
    return new NIOFSDirectory(PathUnderTest.of(path));
  }

  /** Two of the suite's tests are about mapped memory only. */
  private static void skipAsClonesStayOpen() {
    assumeTrue("a clone of an input of NIOFSDirectory may be read after its close", false);
  }

  @Override
  public void testCloneClose() {
    skipAsClonesStayOpen();
  }

  @Override
  public void testCloneSliceClose() {
    skipAsClonesStayOpen();
  }
}
