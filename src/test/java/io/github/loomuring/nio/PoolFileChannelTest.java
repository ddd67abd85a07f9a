package io.github.loomuring.nio;

import io.github.loomuring.hazard.Call;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.TestChannels;
import org.junit.jupiter.api.Nested;

/** The contracts are true of channels on the pool. */
class PoolFileChannelTest {
  @Nested
  class Use extends FileChannelContract {
    @Override
    TestChannels channels() {
      return TestChannels.on(Engines.POOL.open());
    }
  }

  @Nested
  class Transfer extends FileChannelTransferContract {
    @Override
    TestChannels channels() {
      return TestChannels.on(Engines.POOL.open());
    }
  }

  @Nested
  class Lock extends FileChannelLockContract {
    @Override
    TestChannels channels() {
      return TestChannels.on(Engines.POOL.open());
    }
  }

  @Nested
  class Interrupt extends FileChannelInterruptContract {
    @Override
    TestChannels channels() {
      return TestChannels.on(Engines.POOL.open());
    }

    @Override
    Call.On threads() {
      return Call.On.VIRTUAL;
    }
  }

  @Nested
  class Large extends FileChannelLargeContract {
    @Override
    TestChannels channels() {
      return TestChannels.on(Engines.POOL.open());
    }
  }
}
