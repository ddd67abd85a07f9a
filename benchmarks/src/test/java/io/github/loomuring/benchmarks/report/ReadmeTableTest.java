package io.github.loomuring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ReadmeTableTest {
  @Test
  void replacesWhatIsBetweenTheMarkers() {
    String text = "a\n" + ReadmeTable.BEGIN + "\nold\n" + ReadmeTable.END + "\nb\n";

    String once = ReadmeTable.replace(text, "| new |\n");

    assertThat(once)
        .isEqualTo("a\n" + ReadmeTable.BEGIN + "\n\n| new |\n\n" + ReadmeTable.END + "\nb\n");
    assertThat(ReadmeTable.replace(once, "| new |\n")).isEqualTo(once);
  }

  @Test
  void leavesATextWithoutMarkersAsItIs() {
    assertThat(ReadmeTable.replace("a\n" + ReadmeTable.END, "table"))
        .isEqualTo("a\n" + ReadmeTable.END);
  }

  @Test
  void refusesABeginningWithoutAnEnd() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadmeTable.replace(ReadmeTable.BEGIN + "\nrest", "table"))
        .withMessageContaining(ReadmeTable.END);
  }
}
