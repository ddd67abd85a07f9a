package io.github.loomuring.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.environment.ChildJvm.Result;
import io.github.loomuring.internal.watch.WatcherThread;
import org.junit.jupiter.api.Test;

/** The watch replaces carriers in marked calls, which are those of the library. */
class CarrierWatchTest extends CarrierWatchContract {
  @Override
  String marks() {
    return "marked";
  }

  @Override
  ChildJvm watched(ChildJvm child) {
    return child;
  }

  @Test
  void watchThatIsNotUsedCostsNothing() throws Exception {
    Result result = ChildJvm.of(WatcherThread.class, 3_000).run().succeeded();
    assertThat(result.value("found")).isEqualTo("true");
    assertThat(number(result, "runs")).as("runs in 3 s").isZero();
    assertThat(result.value("ended")).isEqualTo("true");
    assertThat(result.value("again")).isEqualTo("true");
  }
}
