package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots are handed out to one at a time, and none is lost. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlotTableTest {
  private final SlotTable table = new SlotTable();

  @Test
  void growsAndUsesSlotsAgain() throws Exception {
    List<Operation> first = acquire(1_000);
    assertThat(first).doesNotHaveDuplicates();
    first.forEach(table::release);
    List<Operation> second = acquire(1_024); // what four chunks have
    assertThat(second).doesNotHaveDuplicates().containsAll(first);
    Set<Integer> indices = new HashSet<>();
    second.forEach(operation -> indices.add(operation.index));
    assertThat(indices).hasSize(1_024).allMatch(index -> index >= 0 && index < 1_024);
    assertThat(acquire(1)).allMatch(operation -> operation.index >= 1_024);
  }

  @Test
  void scratchOfSlotsDoesNotOverlap() throws Exception {
    Set<Long> addresses = new HashSet<>();
    for (Operation operation : acquire(600)) {
      assertThat(operation.scratch.iovec(1, 2)).isEqualTo(operation.errno.address() - 16);
      addresses.add(operation.scratch.iovec(1, 2) / Scratch.BYTES);
    }
    assertThat(addresses).hasSize(600);
  }

  private List<Operation> acquire(int count) throws IOException {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      operations.add(table.acquire());
    }
    return operations;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void slotIsNeverTwoThreadsAtOnce(boolean virtual) throws Exception {
    int threads = 32;
    Set<Operation> out = ConcurrentHashMap.newKeySet();
    Set<Operation> seen = ConcurrentHashMap.newKeySet();
    AtomicInteger twice = new AtomicInteger();
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
      all.add(
          builder.start(
              () -> {
                Operation[] own = new Operation[20]; // so that the table has to grow
                for (int i = 0; i < 4_000; i++) {
                  int place = i % own.length;
                  if (own[place] != null) {
                    out.remove(own[place]);
                    table.release(own[place]);
                  }
                  own[place] = acquireOne();
                  seen.add(own[place]);
                  if (!out.add(own[place])) {
                    twice.incrementAndGet();
                  }
                }
                for (Operation operation : own) {
                  out.remove(operation);
                  table.release(operation);
                }
              }));
    }
    for (Thread thread : all) {
      thread.join();
    }
    assertThat(twice).hasValue(0);
    // None was lost: as many as were ever seen can be had again without growing.
    assertThat(seen).hasSizeLessThanOrEqualTo(1_024);
    List<Operation> again = acquire(768); // 640 were out at once, which are three chunks
    assertThat(again).doesNotHaveDuplicates().allMatch(operation -> operation.index < 1_024);
  }

  private Operation acquireOne() {
    try {
      return table.acquire();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void completionsOfFreeAndUnknownSlotsAreStrays() throws Exception {
    Completer completer = new Completer(table);
    Operation operation = table.acquire();
    completer.completed(operation.userData(), 0, null); // free
    completer.completed(1_000_000, 0, null);
    completer.completed(-1, 0, null);
    completer.completed(Long.MIN_VALUE, 0, null);
    assertThat(completer.strays()).isEqualTo(4);
    assertThat(table.inUse()).isZero();
  }

  @Test
  void closedTableHandsOutNothing() throws Exception {
    table.close();
    assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(table::acquire);
  }
}
