package io.github.loomuring;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.TestFile;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contracts are true of files on the pool, of either kind. */
class PoolContractTest {
  @Nested
  @ParameterizedClass
  @EnumSource(names = {"POOL", "POOL_NOTHING_INLINE", "POOL_NON_BLOCKING", "CHANNELS"})
  class Use extends UringFileContract {
    @Parameter Engines engine;

    @Override
    TestFile.Opener opener() {
      return TestFile.on(engine.open());
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource(names = {"POOL", "POOL_NOTHING_INLINE", "POOL_NON_BLOCKING", "CHANNELS"})
  class Opening extends OpenContract {
    @Parameter Engines engine;

    @Override
    TestFile.Opener opener() {
      return TestFile.on(engine.open());
    }
  }
}
