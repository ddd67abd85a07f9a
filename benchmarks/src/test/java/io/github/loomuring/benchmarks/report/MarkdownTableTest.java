package io.github.loomuring.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class MarkdownTableTest {
  @Test
  void sourceLinesUp() {
    MarkdownTable table = new MarkdownTable("work", ">N").row("a|b", "1,000").row("reading", "1");

    assertThat(table)
        .hasToString(
            """
            | work    |     N |
            |---------|------:|
            | a\\|b    | 1,000 |
            | reading |     1 |
            """);
  }

  @Test
  void aRowHasACellForEachHead() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MarkdownTable("work", "N").row("a"))
        .withMessageContaining("cells.length=1");
  }
}
