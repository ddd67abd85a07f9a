package io.github.loomuring.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class MeasurementTest {
  private static final int MILLIS = 100;

  @Test
  void countsTheOperationsOfTheMeasuredTime() throws Exception {
    MeasuredOperation nap = () -> LockSupport.parkNanos(1_000_000);

    Round round = new Measurement(List.of(nap, nap), 1).run(Thread.ofVirtual(), 0, Span.of(MILLIS));

    assertThat(round.operationsPerSecond()).isPositive().isLessThanOrEqualTo(2 * 1000 * 1.1);
    assertThat(round.latency().p50()).isGreaterThan(900_000);
    assertThat(round.late()).isNotNull();
  }

  @Test
  void aThreadThatNeverComesBackToItsCarrierCountsAsLate() throws Exception {
    int carriers = Runtime.getRuntime().availableProcessors();
    List<MeasuredOperation> spinning = Collections.nCopies(carriers, Thread::onSpinWait);

    Round round = new Measurement(spinning, 16).run(Thread.ofVirtual(), 0, Span.of(MILLIS));

    assertThat(round.late().max()).isGreaterThan(MILLIS * 900_000.0);
  }

  @Test
  void aFailedOperationFailsTheMeasurement() {
    MeasuredOperation failing =
        () -> {
          throw new IOException("broken disk");
        };

    assertThatThrownBy(
            () -> new Measurement(List.of(failing), 1).run(Thread.ofVirtual(), 0, Span.of(10)))
        .isInstanceOf(IOException.class)
        .hasRootCauseMessage("broken disk");
  }
}
