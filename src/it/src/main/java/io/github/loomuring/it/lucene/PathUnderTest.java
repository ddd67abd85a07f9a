package io.github.loomuring.it.lucene;

import java.net.URI;
import java.nio.file.Path;
import org.apache.lucene.tests.mockfile.FilterPath;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * The path that a suite is to work on, in place of the temporary directory that Lucene's test
 * framework hands it: a path of the default file system, as a rule with some of Lucene's mock file
 * systems around it, chosen by the seed. The system property {@code it.path} tells which.
 */
enum PathUnderTest {
  /** The path as handed in, mock file systems included. */
  GIVEN {
    @Override
    Path replace(Path given) {
      return given;
    }
  },
  /**
   * The default file system's path itself, so that for example its {@code fsync} is carried out.
   */
  BARE {
    @Override
    Path replace(Path given) {
      return FilterPath.unwrap(given);
    }
  },
  /** The same file by a path of the library's file system, while the default one is the JDK's. */
  URING {
    @Override
    Path replace(Path given) {
      return Path.of(URI.create("uring://" + FilterPath.unwrap(given).toUri().getRawPath()));
    }
  };

  /** The system property that names the kind. */
  static final String PROPERTY = "it.path";

  private static final PathUnderTest CHOSEN = valueOf(System.getProperty(PROPERTY));

  abstract Path replace(Path given);

  /** The path under test for {@code given}, with a virus checker if that has one. */
  static Path of(Path given) {
    Path path = CHOSEN.replace(given);
    return TestUtil.hasVirusChecker(given) ? LuceneTestCase.addVirusChecker(path) : path;
  }
}
