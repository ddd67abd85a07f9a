package io.github.loomuring.benchmarks.report;

import java.util.Collection;

/** Whether a target was met. */
enum Verdict {
  MET("yes"),
  NOT_MET("**no**"),
  NOT_MEASURED("not measured");

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  static Verdict of(boolean met) {
    return met ? MET : NOT_MET;
  }

  /** Of all together: one that is not met decides, then one that was not measured. */
  static Verdict ofAll(Collection<Verdict> verdicts) {
    if (verdicts.contains(NOT_MET)) {
      return NOT_MET;
    }
    return verdicts.isEmpty() || verdicts.contains(NOT_MEASURED) ? NOT_MEASURED : MET;
  }

  /** In a cell of a Markdown table. */
  String text() {
    return text;
  }
}
