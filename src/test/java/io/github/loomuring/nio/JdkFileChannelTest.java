package io.github.loomuring.nio;

import io.github.loomuring.hazard.Call;
import io.github.loomuring.support.TestChannels;
import org.junit.jupiter.api.Nested;

/** The contracts are true of the JDK's channels. */
class JdkFileChannelTest {
  @Nested
  class Use extends FileChannelContract {
    @Override
    TestChannels channels() {
      return TestChannels.jdk();
    }
  }

  @Nested
  class Transfer extends FileChannelTransferContract {
    @Override
    TestChannels channels() {
      return TestChannels.jdk();
    }
  }

  @Nested
  class Lock extends FileChannelLockContract {
    @Override
    TestChannels channels() {
      return TestChannels.jdk();
    }
  }

  @Nested
  class Interrupt extends FileChannelInterruptContract {
    @Override
    TestChannels channels() {
      return TestChannels.jdk();
    }

    @Override
    Call.On threads() {
      return Call.On
          .PLATFORM; // on virtual ones the JDK's channels cannot be interrupted everywhere
    }
  }

  @Nested
  class Large extends FileChannelLargeContract {
    @Override
    TestChannels channels() {
      return TestChannels.jdk();
    }
  }
}
