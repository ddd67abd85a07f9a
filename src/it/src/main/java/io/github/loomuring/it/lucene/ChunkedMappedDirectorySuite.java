package io.github.loomuring.it.lucene;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.store.BaseChunkedDirectoryTestCase;

/** Lucene's default directory: it reads what {@code FileChannel.map} gives, in chunks. */
@ThreadLeakFilters(filters = LibraryThreads.class)
public class ChunkedMappedDirectorySuite extends BaseChunkedDirectoryTestCase {
  @Override
  protected Directory getDirectory(Path path, int maxChunkSize) throws IOException {
    return new MMapDirectory(PathUnderTest.of(path), maxChunkSize);
  }
}
