package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.WatchedKernel;
import io.github.loomuring.internal.ring.RingSettings;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.OpenSpec;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The engine is closed while an open of a FIFO is between its steps: after the attempt on the
 * caller, before what waits for the other side. The open began before the close, and says so.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OpenDuringCloseTest {
  private static final long PAUSE_NANOS = 100_000;

  @TempDir Path directory;

  private RingEngine engine;
  private Thread closer;

  /** Closes the engine when the first file has been opened on the caller, or could not be. */
  private final Kernel kernel =
      WatchedKernel.of(
          (name, _, call) -> {
            Object result = call.run();
            if (name.equals("openat2") && closer == null) {
              closer = Thread.ofPlatform().start(engine::close); // which waits for the open
              while (engine.isOpen()) {
                LockSupport.parkNanos(PAUSE_NANOS);
              }
            }
            return result;
          });

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE"})
  void openOfAFifoThatHasBegunEndsAsOthersThatWereUnderWay(StandardOpenOption option)
      throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    try {
      engine =
          RingEngine.open(
              kernel, RingSettings.builder(8, 32).gate(8).inlineNonBlocking(true).build());
    } catch (UnavailableException e) {
      Assumptions.abort(e.getMessage());
    }
    assertThatThrownBy(() -> engine.open(fifo, OpenSpec.of(option)))
        .isInstanceOf(AsynchronousCloseException.class);
    closer.join();
  }
}
