package io.github.loomuring.internal.buffers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Buffers are large enough, aligned, used again, and not kept without bound. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StagingTest {
  private static final int IDLE_BYTES_MAX = 16 << 20;

  private final Staging staging = new Staging();

  @ParameterizedTest
  @CsvSource({
    "0, 4096",
    "1, 4096",
    "4096, 4096",
    "4097, 8192",
    "8192, 8192",
    "65535, 65536",
    "65537, 131072",
    "524289, 1048576",
    "1048576, 1048576",
    "1048577, 1048577",
    "3000000, 3000000"
  })
  void bufferHasTheNextSize(int wanted, int size) {
    Staging.Buffer buffer = staging.acquire(wanted);
    assertThat(buffer.segment.byteSize()).isEqualTo(size);
    assertThat(buffer.bytes.capacity()).isEqualTo(size);
    assertThat(buffer.address).isEqualTo(buffer.segment.address());
    assertThat(buffer.address % 4096).as("page alignment").isZero();
  }

  @Test
  void bufferIsUsedAgainForItsSizeOnly() {
    Staging.Buffer buffer = staging.acquire(5_000);
    staging.release(buffer);
    assertThat(staging.acquire(4_096)).isNotSameAs(buffer);
    assertThat(staging.acquire(9_000)).isNotSameAs(buffer);
    assertThat(staging.acquire(8_192)).isSameAs(buffer);
    assertThat(staging.acquire(8_192)).isNotSameAs(buffer);
  }

  @Test
  void bufferLargerThanTheLargestSizeIsNotKept() {
    Staging.Buffer buffer = staging.acquire(Staging.MAX_BYTES + 1);
    staging.release(buffer);
    assertThat(staging.acquire(Staging.MAX_BYTES + 1)).isNotSameAs(buffer);
    assertThat(staging.acquire(Staging.MAX_BYTES)).isNotSameAs(buffer);
  }

  @Test
  void idleBuffersAreBounded() {
    int kept = IDLE_BYTES_MAX / Staging.MAX_BYTES;
    List<Staging.Buffer> buffers = new ArrayList<>();
    for (int i = 0; i < kept + 4; i++) {
      buffers.add(staging.acquire(Staging.MAX_BYTES));
    }
    buffers.forEach(staging::release);
    Set<Staging.Buffer> again = new HashSet<>();
    for (int i = 0; i < kept + 4; i++) {
      again.add(staging.acquire(Staging.MAX_BYTES));
    }
    assertThat(again).hasSize(kept + 4);
    again.retainAll(buffers);
    assertThat(again).hasSize(kept);
  }

  @Test
  void bufferIsNeverTwoThreadsAtOnce() throws Exception {
    Set<Staging.Buffer> out = ConcurrentHashMap.newKeySet();
    AtomicInteger twice = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 16; t++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  Staging.Buffer buffer = staging.acquire(4_096 << (i % 3));
                  if (!out.add(buffer)) {
                    twice.incrementAndGet();
                  }
                  if (i % 7 == 0) {
                    Thread.yield();
                  }
                  out.remove(buffer);
                  staging.release(buffer);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(twice).hasValue(0);
  }
}
