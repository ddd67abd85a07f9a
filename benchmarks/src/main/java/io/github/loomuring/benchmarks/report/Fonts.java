package io.github.loomuring.benchmarks.report;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.util.Optional;

/** Whether AWT can measure text. */
final class Fonts {
  private Fonts() {}

  /**
   * Cause and remedy if it cannot. To be asked before any other class of AWT is used, because
   * without fonts these fail deep inside and say neither.
   */
  static Optional<String> problem() {
    try {
      new Font(Font.SANS_SERIF, Font.PLAIN, 12)
          .getStringBounds("0", new FontRenderContext(null, true, true));
      return Optional.empty();
    } catch (RuntimeException | Error e) {
      // Which it is depends on what is missing: fontconfig, fonts, or a native library of AWT.
      return Optional.of(
          "no fonts to draw charts with: install the Debian packages fontconfig and"
              + " fonts-dejavu-core, or their like ("
              + e
              + ")");
    }
  }
}
