package io.github.loomuring.benchmarks.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A line of the target table that does not come out of the results, such as those of {@code
 * PendingReads}.
 *
 * @param name what was measured
 * @param target in words
 * @param measured in words
 * @param met whether the target was met
 */
record Extra(String name, String target, String measured, boolean met) {
  private static final List<Extra> EXPECTED =
      List.of(
          new Extra("cost of a read while 100,000 others wait", "within 20 % of none", "", false),
          new Extra("memory of a waiting read", "≤ 512 bytes", "", false));

  /** A JSON array of these. */
  static List<Extra> read(Path file) throws IOException {
    return List.of(new JsonMapper().readValue(file.toFile(), Extra[].class));
  }

  /** Those given, and those that were expected and are not among them. */
  static List<TargetRow> rows(List<Extra> extras) {
    List<TargetRow> rows = new ArrayList<>();
    for (Extra extra : extras) {
      rows.add(
          TargetRow.of(
              extra.name, Numbers.UNKNOWN, extra.target, extra.measured, Verdict.of(extra.met)));
    }
    for (Extra missing : EXPECTED) {
      if (extras.stream().noneMatch(extra -> extra.name.equals(missing.name))) {
        rows.add(
            TargetRow.of(
                missing.name,
                Numbers.UNKNOWN,
                missing.target,
                Numbers.UNKNOWN,
                Verdict.NOT_MEASURED));
      }
    }
    return rows;
  }
}
