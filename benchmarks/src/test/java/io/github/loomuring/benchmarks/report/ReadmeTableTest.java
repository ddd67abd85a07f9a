package io.github.loomuring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ReadmeTableTest {
  @Test
  void replacesWhatIsBetweenTheMarkers() {
    String text = "a\n" + ReadmeTable.BEGIN + "\nold\n" + ReadmeTable.END + "\nb\n";

    String once = ReadmeTable.TARGETS.replace(text, "| new |\n");

    assertThat(once)
        .isEqualTo("a\n" + ReadmeTable.BEGIN + "\n\n| new |\n\n" + ReadmeTable.END + "\nb\n");
    assertThat(ReadmeTable.TARGETS.replace(once, "| new |\n")).isEqualTo(once);
  }

  @Test
  void leavesATextWithoutMarkersAsItIs() {
    assertThat(ReadmeTable.TARGETS.replace("a\n" + ReadmeTable.END, "table"))
        .isEqualTo("a\n" + ReadmeTable.END);
  }

  @Test
  void refusesABeginningWithoutAnEnd() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadmeTable.TARGETS.replace(ReadmeTable.BEGIN + "\nrest", "table"))
        .withMessageContaining(ReadmeTable.END);
  }
}
