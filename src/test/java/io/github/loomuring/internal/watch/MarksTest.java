package io.github.loomuring.internal.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class MarksTest {
  private final Marks marks = new Marks();

  private static <T> T onVirtualThread(Callable<T> call)
      throws InterruptedException, ExecutionException {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofVirtual().start(task);
    return task.get();
  }

  @Test
  void platformThreadsHaveNoMarks() {
    assertThat(Marks.begin()).isEqualTo(Marks.NONE);
  }

  @Test
  void callLastsIfTwoLooksSeeIt() throws Exception {
    marks.look();
    int mark = onVirtualThread(Marks::begin);
    assertThat(marks.look()).isTrue();
    assertThat(marks.inside()).isEqualTo(1);
    assertThat(marks.lasting()).isZero();
    assertThat(marks.look()).isTrue();
    assertThat(marks.lasting()).isEqualTo(1);
    assertThat(Marks.end(mark)).isPositive();
    assertThat(marks.look()).as("used since the last look").isTrue();
    assertThat(marks.inside()).isZero();
    assertThat(marks.look()).isFalse();
  }

  @Test
  void nextCallOnTheSameMarkIsAnother() throws Exception {
    onVirtualThread(
        () -> {
          int first = Marks.begin();
          marks.look();
          marks.look();
          Marks.end(first);
          int second = Marks.begin();
          marks.look();
          assertThat(second).isEqualTo(first);
          assertThat(marks.lasting()).isZero();
          Marks.end(second);
          return null;
        });
  }

  @Test
  void endTellsHowLongTheCallHasLasted() throws Exception {
    long begun = System.nanoTime();
    int mark = onVirtualThread(Marks::begin);
    Thread.sleep(2);
    assertThat(Marks.end(mark)).isBetween(2_000_000L, System.nanoTime() - begun);
    assertThat(CarrierWatch.end(Marks.NONE)).isZero();
  }

  @Test
  void threadsThatFindNoFreeMarkGoWithout() throws Exception {
    List<Integer> held = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      held.add(onVirtualThread(CarrierWatch::begin));
    }
    marks.look();
    assertThat(held).contains(Marks.NONE);
    assertThat(marks.inside()).isBetween(200, 256);
    assertThat(held).filteredOn(mark -> mark != Marks.NONE).doesNotHaveDuplicates();
    for (int mark : held) {
      CarrierWatch.end(mark);
    }
    marks.look();
    assertThat(marks.inside()).isZero();
  }
}
