package io.github.loomuring.benchmarks.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndoTest {
  private final List<String> done = new ArrayList<>();

  @Test
  void theLastStepIsUndoneFirst() throws Exception {
    try (Undo undo = new Undo()) {
      undo.add(() -> done.add("unmount"));
      undo.add(() -> done.add("delete"));
      assertThat(done).isEmpty();
    }
    assertThat(done).containsExactly("delete", "unmount");
  }

  @Test
  void aStepThatFailsKeepsThoseBelow() {
    Undo undo = new Undo();
    undo.add(() -> done.add("unmount"));
    undo.add(
        () -> {
          throw new IOException("busy");
        });

    assertThatThrownBy(undo::close).hasMessage("busy");
    assertThat(done).isEmpty();
  }
}
