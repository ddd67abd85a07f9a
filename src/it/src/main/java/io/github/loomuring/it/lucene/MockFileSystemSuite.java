package io.github.loomuring.it.lucene;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import org.apache.lucene.tests.mockfile.DisableFsyncFS;
import org.apache.lucene.tests.mockfile.ExtrasFS;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;
import org.apache.lucene.tests.mockfile.HandleLimitFS;
import org.apache.lucene.tests.mockfile.LeakFS;
import org.apache.lucene.tests.mockfile.MockFileSystemTestCase;
import org.apache.lucene.tests.mockfile.ShuffleFS;
import org.apache.lucene.tests.mockfile.VirusCheckingFS;
import org.apache.lucene.tests.mockfile.WindowsFS;

/**
 * What Lucene demands of its mock file systems, each around the file system under test: they wrap
 * paths, channels and directory streams as other filters of a file system would.
 */
@ThreadLeakFilters(filters = LibraryThreads.class)
public abstract class MockFileSystemSuite extends MockFileSystemTestCase {
  private static final int OPEN_FILES_MAX = 100;
  private static final long SEED = 42;

  /** The mock around {@code fileSystem}. */
  abstract FilterFileSystemProvider mock(FileSystem fileSystem);

  @Override
  protected Path wrap(Path path) {
    Path underTest = PathUnderTest.of(path);
    if (underTest.getFileSystem() != FileSystems.getDefault()) {
      underTest = NeverClosed.around(underTest);
    }
    return mock(underTest.getFileSystem()).wrapPath(underTest);
  }

  /** Tells which files were not closed. */
  public static class Leak extends MockFileSystemSuite {
    @Override
    FilterFileSystemProvider mock(FileSystem fileSystem) {
      return new LeakFS(fileSystem);
    }
  }

  /** Opens only so many files. */
  public static class HandleLimit extends MockFileSystemSuite {
    @Override
    FilterFileSystemProvider mock(FileSystem fileSystem) {
      return new HandleLimitFS(fileSystem, OPEN_FILES_MAX);
    }
  }

  /** Deletes no file that is open. */
  public static class Windows extends MockFileSystemSuite {
    @Override
    FilterFileSystemProvider mock(FileSystem fileSystem) {
      return new WindowsFS(fileSystem);
    }
  }

  /** Adds a file to each new directory. */
  public static class Extras extends MockFileSystemSuite {
    @Override
    FilterFileSystemProvider mock(FileSystem fileSystem) {
      return new ExtrasFS(fileSystem, true, true);
    }
  }

  /** Lists directories in another order. */
  public static class Shuffle extends MockFileSystemSuite {
    @Override
    FilterFileSystemProvider mock(FileSystem fileSystem) {
      return new ShuffleFS(fileSystem, SEED);
    }
  }

  /** Leaves out {@code fsync}. */
  public static class DisableFsync extends MockFileSystemSuite {
    @Override
    FilterFileSystemProvider mock(FileSystem fileSystem) {
      return new DisableFsyncFS(fileSystem);
    }
  }

  /** Refuses deletes now and then. */
  public static class VirusChecking extends MockFileSystemSuite {
    @Override
    FilterFileSystemProvider mock(FileSystem fileSystem) {
      return new VirusCheckingFS(fileSystem, SEED);
    }
  }
}
