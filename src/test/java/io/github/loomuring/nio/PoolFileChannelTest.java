package io.github.loomuring.nio;

import io.github.loomuring.hazard.Call;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.TestChannels;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contracts are true of channels on the pool, of either kind. */
class PoolFileChannelTest {
  @Nested
  @ParameterizedClass
  @EnumSource(names = {"POOL", "POOL_NOTHING_INLINE", "POOL_NON_BLOCKING", "CHANNELS"})
  class Use extends FileChannelContract {
    @Parameter Engines engine;

    @Override
    TestChannels channels() {
      return TestChannels.on(engine.open());
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource(names = {"POOL", "POOL_NOTHING_INLINE", "POOL_NON_BLOCKING", "CHANNELS"})
  class Transfer extends FileChannelTransferContract {
    @Parameter Engines engine;

    @Override
    TestChannels channels() {
      return TestChannels.on(engine.open());
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource(names = {"POOL", "POOL_NOTHING_INLINE", "POOL_NON_BLOCKING", "CHANNELS"})
  class Lock extends FileChannelLockContract {
    @Parameter Engines engine;

    @Override
    TestChannels channels() {
      return TestChannels.on(engine.open());
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource(names = {"POOL", "POOL_NOTHING_INLINE", "POOL_NON_BLOCKING", "CHANNELS"})
  class Interrupt extends FileChannelInterruptContract {
    @Parameter Engines engine;

    @Override
    TestChannels channels() {
      return TestChannels.on(engine.open());
    }

    @Override
    Call.On threads() {
      return Call.On.VIRTUAL;
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource(names = {"POOL", "POOL_NOTHING_INLINE", "POOL_NON_BLOCKING", "CHANNELS"})
  class Large extends FileChannelLargeContract {
    @Parameter Engines engine;

    @Override
    TestChannels channels() {
      return TestChannels.on(engine.open());
    }
  }
}
