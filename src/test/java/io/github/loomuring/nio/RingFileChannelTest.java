package io.github.loomuring.nio;

import io.github.loomuring.hazard.Call;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.TestChannels;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contracts are true of channels on the ring. */
class RingFileChannelTest {
  @Nested
  @ParameterizedClass
  @EnumSource(names = "POOL", mode = EnumSource.Mode.EXCLUDE)
  class Use extends FileChannelContract {
    @Parameter Engines engine;

    @Override
    TestChannels channels() {
      return TestChannels.on(engine.open());
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource(names = {"RING", "RING_NOTHING_INLINE", "RING_TINY"})
  class Transfer extends FileChannelTransferContract {
    @Parameter Engines engine;

    @Override
    TestChannels channels() {
      return TestChannels.on(engine.open());
    }
  }

  @Nested
  class Lock extends FileChannelLockContract {
    @Override
    TestChannels channels() {
      return TestChannels.on(Engines.RING.open());
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource(names = {"RING", "RING_NOTHING_INLINE"})
  class InterruptOnVirtualThreads extends FileChannelInterruptContract {
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
  class InterruptOnPlatformThreads extends FileChannelInterruptContract {
    @Override
    TestChannels channels() {
      return TestChannels.on(Engines.RING.open());
    }

    @Override
    Call.On threads() {
      return Call.On.PLATFORM;
    }
  }

  @Nested
  class Large extends FileChannelLargeContract {
    @Override
    TestChannels channels() {
      return TestChannels.on(Engines.RING.open());
    }
  }
}
