package io.github.loomuring;

import io.github.loomuring.support.TestFile;
import org.junit.jupiter.api.Nested;

/** The contracts are true of the JDK's files. */
class JdkContractTest {
  @Nested
  class Use extends UringFileContract {
    @Override
    TestFile.Opener opener() {
      return TestFile.jdk();
    }
  }

  @Nested
  class Opening extends OpenContract {
    @Override
    TestFile.Opener opener() {
      return TestFile.jdk();
    }
  }
}
