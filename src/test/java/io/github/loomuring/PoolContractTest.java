package io.github.loomuring;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.TestFile;
import org.junit.jupiter.api.Nested;

/** The contracts are true of files on the pool. */
class PoolContractTest {
  @Nested
  class Use extends UringFileContract {
    @Override
    TestFile.Opener opener() {
      return TestFile.on(Engines.POOL.open());
    }
  }

  @Nested
  class Opening extends OpenContract {
    @Override
    TestFile.Opener opener() {
      return TestFile.on(Engines.POOL.open());
    }
  }
}
