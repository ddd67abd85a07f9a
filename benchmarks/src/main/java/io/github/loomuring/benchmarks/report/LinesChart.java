package io.github.loomuring.benchmarks.report;

import io.github.loomuring.benchmarks.results.Results.Line;
import io.github.loomuring.benchmarks.results.Results.Round;
import java.awt.Color;
import java.awt.geom.Line2D;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.Range;
import org.jfree.data.general.DatasetUtils;
import org.jfree.data.xy.YIntervalSeries;
import org.jfree.data.xy.YIntervalSeriesCollection;

/**
 * A value of one kind of work against the number of threads, a line for each contender: the median
 * of the rounds, with a bar from the lowest to the highest.
 *
 * @param work as in the results
 * @param title of the chart
 * @param threadsLabel who the threads are
 * @param valueLabel with the unit
 * @param scale of the values' axis
 * @param value of a round, in that unit
 */
record LinesChart(
    String work,
    String title,
    String threadsLabel,
    String valueLabel,
    Scale scale,
    ToDoubleFunction<Round> value) {

  /** Of an axis. */
  enum Scale {
    LINEAR,
    LOGARITHMIC
  }

  /** A horizontal line to compare with. */
  record Level(double value, String label) {}

  /** Smaller values are drawn as this one, because a logarithmic axis has no zero. */
  private static final double LEAST = 1e-3;

  private static final double ROOM = 1.3;

  /** On a logarithmic axis, for the text at the level. */
  private static final double ROOM_BELOW = 3;

  /** Empty if the work was not measured. Of several file systems the first is shown. */
  Optional<JFreeChart> draw(Measurements measurements, Optional<Level> level) {
    Optional<String> fileSystem =
        measurements.fileSystems(line -> line.work().equals(work)).stream().findFirst();
    return fileSystem.map(
        name -> {
          XYPlot plot = plot(measurements.of(work, name).toList(), level);
          level.ifPresent(present -> addLevel(plot, present));
          String subtitle = work + " on " + name + "; medians, bars from lowest to highest round";
          return ChartFile.chart(title, subtitle, plot, true);
        });
  }

  private XYPlot plot(List<Line> lines, Optional<Level> level) {
    YIntervalSeriesCollection data = new YIntervalSeriesCollection();
    XYErrorRenderer renderer = new XYErrorRenderer();
    renderer.setDefaultLinesVisible(true);
    renderer.setDrawSeriesLineAsPath(true);
    renderer.setDrawOutlines(false);
    renderer.setDrawXError(false);
    renderer.setLegendLine(new Line2D.Double(-14, 0, 14, 0));
    renderer.setErrorStroke(ChartFile.HAIRLINE);
    renderer.setCapLength(5);
    for (String contender : ContenderStyle.contenders()) {
      YIntervalSeries series = series(contender, lines);
      if (!series.isEmpty()) {
        ContenderStyle style = ContenderStyle.of(contender);
        int index = data.getSeriesCount();
        renderer.setSeriesPaint(index, style.color());
        renderer.setSeriesStroke(index, style.stroke());
        renderer.setSeriesShape(index, style.shape());
        data.addSeries(series);
      }
    }
    Range values = DatasetUtils.findRangeBounds(data, true);
    if (level.isPresent()) {
      values = Range.expandToInclude(values, level.get().value);
    }
    XYPlot plot = new XYPlot(data, threadsAxis(lines), valueAxis(values), renderer);
    plot.setRangeGridlinePaint(ChartFile.GRID);
    plot.setRangeGridlineStroke(ChartFile.HAIRLINE);
    plot.setDomainGridlinesVisible(false);
    return plot;
  }

  private YIntervalSeries series(String contender, List<Line> lines) {
    YIntervalSeries series = new YIntervalSeries(contender);
    for (Line line : lines) {
      Spread spread = Spread.of(line.rounds(), value);
      if (line.contender().equals(contender) && spread.isKnown()) {
        series.add(
            line.threads(),
            Math.max(LEAST, spread.median()),
            Math.max(LEAST, spread.min()),
            Math.max(LEAST, spread.max()));
      }
    }
    return series;
  }

  private ValueAxis threadsAxis(List<Line> lines) {
    double[] threads = lines.stream().mapToDouble(Line::threads).distinct().sorted().toArray();
    ListedTicksAxis axis = new ListedTicksAxis(threadsLabel, threads, Numbers::plain);
    // Room for the marks of the first and the last.
    axis.setRange(threads[0] / ROOM, threads[threads.length - 1] * ROOM);
    ChartFile.style(axis);
    return axis;
  }

  /**
   * @param values that are to be seen, null if there are none
   */
  private ValueAxis valueAxis(Range values) {
    ValueAxis axis =
        switch (scale) {
          case LINEAR -> new NumberAxis(valueLabel);
          case LOGARITHMIC -> logarithmicAxis(values == null ? new Range(1, 1) : values);
        };
    ChartFile.style(axis);
    return axis;
  }

  private ValueAxis logarithmicAxis(Range values) {
    double low = values.getLowerBound() / ROOM_BELOW;
    double high = values.getUpperBound() * ROOM;
    ListedTicksAxis axis =
        new ListedTicksAxis(valueLabel, ListedTicksAxis.ticks(low, high), Numbers::plain);
    axis.setRange(low, high);
    return axis;
  }

  private static void addLevel(XYPlot plot, Level level) {
    ValueMarker marker = new ValueMarker(level.value, ChartFile.TEXT, ContenderStyle.dashed(1.2f));
    marker.setLabel(level.label);
    marker.setLabelFont(ChartFile.LABEL_FONT);
    marker.setLabelPaint(ChartFile.TEXT);
    marker.setLabelBackgroundColor(Color.WHITE);
    marker.setLabelAnchor(RectangleAnchor.BOTTOM_RIGHT);
    marker.setLabelTextAnchor(TextAnchor.TOP_RIGHT);
    plot.addRangeMarker(marker);
  }
}
