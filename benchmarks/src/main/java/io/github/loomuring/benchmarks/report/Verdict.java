package io.github.loomuring.benchmarks.report;

import java.util.Collection;
import java.util.function.DoublePredicate;

/** Whether a target is met. */
enum Verdict {
  MET("yes"),
  NOT_MET("**no**"),
  NOT_MEASURED("not measured"),
  NO_TARGET("no target");

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  /** The verdict on a value, which is NaN if it was not measured. */
  static Verdict of(double value, DoublePredicate holds) {
    return Double.isNaN(value) ? NOT_MEASURED : holds.test(value) ? MET : NOT_MET;
  }

  /** The verdict on all: one that is not met decides, then one that was not measured. */
  static Verdict ofAll(Collection<Verdict> verdicts) {
    if (verdicts.contains(NOT_MET)) {
      return NOT_MET;
    }
    return verdicts.isEmpty() || verdicts.contains(NOT_MEASURED) ? NOT_MEASURED : MET;
  }

  /** The text in a cell of a Markdown table. */
  String text() {
    return text;
  }
}
