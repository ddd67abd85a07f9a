package io.github.loomuring.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Markdown table with aligned source. A column whose head starts with {@code >} is aligned right.
 */
final class MarkdownTable {
  private final List<String> heads;
  private final List<List<String>> rows = new ArrayList<>();

  MarkdownTable(String... heads) {
    this.heads = List.of(heads);
  }

  MarkdownTable row(String... cells) {
    if (cells.length != heads.size()) {
      throw new IllegalArgumentException(
          "cells.length=" + cells.length + " heads.size=" + heads.size());
    }
    // A bar would end the cell.
    rows.add(Stream.of(cells).map(cell -> cell.replace("|", "\\|")).toList());
    return this;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text, heads.stream().map(head -> right(head) ? head.substring(1) : head).toList());
    text.append('|');
    for (int column = 0; column < heads.size(); column++) {
      boolean right = right(heads.get(column));
      text.append("-".repeat(width(column) + (right ? 1 : 2))).append(right ? ":|" : "|");
    }
    text.append('\n');
    rows.forEach(row -> append(text, row));
    return text.toString();
  }

  private void append(StringBuilder text, List<String> cells) {
    text.append('|');
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      String space = " ".repeat(Math.max(0, width(column) - cell.length()));
      boolean right = right(heads.get(column));
      text.append(' ').append(right ? space + cell : cell + space).append(" |");
    }
    text.append('\n');
  }

  private int width(int column) {
    int width = heads.get(column).length() - (right(heads.get(column)) ? 1 : 0);
    for (List<String> row : rows) {
      width = Math.max(width, row.get(column).length());
    }
    return Math.max(3, width);
  }

  private static boolean right(String head) {
    return head.startsWith(">");
  }
}
