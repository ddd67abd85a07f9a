package io.github.loomuring.benchmarks.report;

import java.awt.Color;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.CategoryLabelPositions;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.category.DefaultCategoryDataset;

/** The ratios of all targets as bars that begin at 1, with the target marked on each. */
final class RatiosChart {
  private static final int ROW_PIXELS = 24;
  private static final int FRAME_PIXELS = 150;
  private static final double[] TICKS = {0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64};

  private final List<TargetRow> rows;

  RatiosChart(List<TargetRow> targets) {
    this.rows = targets.stream().filter(row -> row.ratio().isKnown()).toList();
  }

  int heightPixels() {
    return FRAME_PIXELS + ROW_PIXELS * rows.size();
  }

  /** Empty if no ratio was measured. */
  Optional<JFreeChart> draw() {
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    DefaultCategoryDataset data = new DefaultCategoryDataset();
    for (TargetRow row : rows) {
      data.addValue(row.ratio().median(), "ratio", row.title() + ", N = " + row.threads());
    }
    CategoryPlot plot = new CategoryPlot(data, workAxis(), ratioAxis(), new RatioRenderer(rows));
    plot.setOrientation(PlotOrientation.HORIZONTAL);
    plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_RIGHT);
    plot.setRangeGridlinePaint(ChartFile.GRID);
    plot.setRangeGridlineStroke(ChartFile.HAIRLINE);
    plot.addRangeMarker(new ValueMarker(1, ChartFile.TEXT, ChartFile.HAIRLINE));
    plot.setInsets(new RectangleInsets(0, 0, 0, 10));
    return Optional.of(
        ChartFile.chart(
            "Operations a second, against FileChannel",
            "median of the rounds' ratios and their range; black mark: the target;"
                + " blue: reached, orange: missed",
            plot,
            false));
  }

  private static CategoryAxis workAxis() {
    CategoryAxis axis = new CategoryAxis();
    ChartFile.style(axis);
    axis.setCategoryLabelPositions(CategoryLabelPositions.STANDARD);
    axis.setMaximumCategoryLabelWidthRatio(0.6f);
    axis.setCategoryMargin(0.3);
    axis.setLowerMargin(0.01);
    axis.setUpperMargin(0.01);
    return axis;
  }

  private ListedTicksAxis ratioAxis() {
    double[] values =
        rows.stream()
            .flatMapToDouble(
                row ->
                    DoubleStream.of(
                        row.ratio().min(), row.ratio().max(), row.minimumRatio(), 0.5, 2))
            .filter(value -> value > 0)
            .sorted()
            .toArray();
    ListedTicksAxis axis = new ListedTicksAxis("ratio (logarithmic)", TICKS, Numbers::plain);
    ChartFile.style(axis);
    // Room for the number behind the longest bar.
    double low = values[0] / 1.1;
    double high = values[values.length - 1];
    axis.setRange(low, high * Math.pow(high / low, 0.1));
    return axis;
  }

  static Color color(TargetRow row) {
    boolean reached = row.ratio().median() >= row.minimumRatio();
    return reached ? new Color(0x0072B2) : new Color(0xD55E00);
  }
}
