package io.github.loomuring.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OffsetsTest {
  @Test
  void sequentialGoesThroughThePartAndBeginsAgain() {
    LongSupplier offsets = Offsets.sequential(100, 30, 10);

    assertThat(LongStream.generate(offsets).limit(5)).containsExactly(100L, 110L, 120L, 100L, 110L);
  }

  @Test
  void scatteredVisitsEachBlockBeforeItBeginsAgain() {
    LongSupplier offsets = Offsets.scattered(4096 * 1000 + 100, 4096);

    long[] first = LongStream.generate(offsets).limit(1000).toArray();

    assertThat(LongStream.of(first).sorted())
        .containsExactlyElementsOf(LongStream.range(0, 1000).map(i -> i * 4096).boxed().toList());
    assertThat(LongStream.generate(offsets).limit(1000))
        .containsExactlyElementsOf(LongStream.of(first).boxed().toList());
  }

  @Test
  void randomStaysWithinTheFileAndOnBlocks() {
    LongSupplier offsets = Offsets.random(7, 4096 * 16, 4096);

    assertThat(LongStream.generate(offsets).limit(1000).distinct().sorted())
        .containsExactlyElementsOf(LongStream.range(0, 16).map(i -> i * 4096).boxed().toList());
  }
}
