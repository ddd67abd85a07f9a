package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.results.Results;
import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Percentiles;
import io.github.loomuring.benchmarks.results.Spread;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Rectangle;
import java.awt.font.FontRenderContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.data.xy.YIntervalSeries;
import org.jfree.data.xy.YIntervalSeriesCollection;
import org.jfree.svg.SVGGraphics2D;

/**
 * The chart of the lateness of an unrelated virtual thread beside threads that read with O_DIRECT:
 * for each contender the median of the rounds, with a bar from the lowest to the highest round.
 */
final class LatenessChart {
  static final String FILE_NAME = "late.svg";
  private static final String WORK = "direct-read-4k";
  private static final Rectangle SIZE_PIXELS = new Rectangle(900, 520);
  private static final double NANOS_PER_MILLI = 1e6;

  /** A logarithmic axis has no zero. */
  private static final double MILLIS_MIN = 1e-3;

  /** Of Okabe and Ito: people with a colour vision deficiency can tell them apart. */
  private static final int[] COLORS = {0x0072B2, 0x56B4E9, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00};

  private LatenessChart() {}

  /**
   * The reason why this machine cannot draw charts, and the remedy. To be called before other
   * classes of AWT are used, whose exceptions tell neither.
   */
  static Optional<String> problem() {
    try {
      new Font(Font.SANS_SERIF, Font.PLAIN, 12)
          .getStringBounds("0", new FontRenderContext(null, true, true));
      return Optional.empty();
    } catch (RuntimeException | Error e) {
      // The type depends on what is missing: fontconfig, fonts, or a native library of AWT.
      return Optional.of(
          "There are no fonts for the chart. Install them, for example the Debian packages"
              + " fontconfig and fonts-dejavu-core ("
              + e
              + ").");
    }
  }

  /**
   * Draws the chart for the first file system of the results, as an SVG.
   *
   * @return false if there is nothing to draw
   */
  static boolean write(Results results, Path file) throws IOException {
    String fileSystem = results.lines().isEmpty() ? "" : results.lines().getFirst().fileSystem();
    List<Line> lines =
        results
            .lines(WORK, fileSystem)
            .filter(line -> line.lateNanos(Percentiles::p99).isKnown())
            .toList();
    if (lines.isEmpty()) {
      return false;
    }
    SVGGraphics2D graphics = new SVGGraphics2D(SIZE_PIXELS.width, SIZE_PIXELS.height);
    graphics.setDefsKeyPrefix(""); // the default contains the time of day
    graphics.setGeomDoubleConverter(pixels -> String.format(Locale.ROOT, "%.1f", pixels));
    chart(lines).draw(graphics, SIZE_PIXELS);
    Files.writeString(file, graphics.getSVGElement());
    return true;
  }

  static JFreeChart chart(List<Line> lines) {
    List<Integer> threads = lines.stream().map(Line::threads).distinct().sorted().toList();
    Map<String, YIntervalSeries> series = new LinkedHashMap<>();
    for (Line line : lines) {
      Spread late = line.lateNanos(Percentiles::p99);
      series
          .computeIfAbsent(line.contender(), YIntervalSeries::new)
          .add(
              threads.indexOf(line.threads()),
              millis(late.median()),
              millis(late.min()),
              millis(late.max()));
    }
    YIntervalSeriesCollection data = new YIntervalSeriesCollection();
    series.values().forEach(data::addSeries);
    XYErrorRenderer renderer = new XYErrorRenderer();
    renderer.setDefaultLinesVisible(true);
    renderer.setDrawSeriesLineAsPath(true);
    renderer.setDefaultStroke(new BasicStroke(2));
    renderer.setAutoPopulateSeriesStroke(false);
    for (int i = 0; i < data.getSeriesCount(); i++) {
      renderer.setSeriesPaint(i, new Color(COLORS[i % COLORS.length]));
    }
    SymbolAxis threadsAxis =
        new SymbolAxis(
            "threads that read 4 KiB with O_DIRECT at once",
            threads.stream().map(Numbers::plain).toArray(String[]::new));
    threadsAxis.setGridBandsVisible(false);
    LogAxis latenessAxis = new LogAxis("lateness, 99th percentile, ms");
    latenessAxis.setTickUnit(new NumberTickUnit(1)); // a power of ten
    latenessAxis.setNumberFormatOverride(NumberFormat.getNumberInstance(Locale.ROOT));
    JFreeChart chart =
        new JFreeChart(
            "How late an unrelated virtual thread wakes while others read",
            new XYPlot(data, threadsAxis, latenessAxis, renderer));
    chart.addSubtitle(
        new TextTitle(
            WORK
                + " on "
                + lines.getFirst().fileSystem()
                + "; medians, and bars from the lowest to the highest round"));
    chart.setBackgroundPaint(Color.WHITE);
    return chart;
  }

  private static double millis(double nanos) {
    return Math.max(MILLIS_MIN, nanos / NANOS_PER_MILLI);
  }
}
