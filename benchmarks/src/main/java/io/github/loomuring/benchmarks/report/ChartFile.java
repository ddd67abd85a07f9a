package io.github.loomuring.benchmarks.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Stroke;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.Axis;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.svg.SVGGraphics2D;

/** Look and output that all charts have in common. */
final class ChartFile {
  static final Font LABEL_FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  static final Color TEXT = new Color(0x222222);
  static final Color GRID = new Color(0xDDDDDD);
  private static final Color AXIS = new Color(0x888888);
  static final Stroke HAIRLINE = new BasicStroke(1);
  private static final Font TITLE_FONT = new Font(Font.SANS_SERIF, Font.BOLD, 16);

  private ChartFile() {}

  static JFreeChart chart(String title, String subtitle, Plot plot, boolean legend) {
    JFreeChart chart = new JFreeChart(title, TITLE_FONT, plot, legend);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(10, 10, 8, 24));
    chart.getTitle().setPaint(TEXT);
    chart.getTitle().setHorizontalAlignment(HorizontalAlignment.LEFT);
    TextTitle second = new TextTitle(subtitle, LABEL_FONT);
    second.setPaint(TEXT);
    second.setHorizontalAlignment(HorizontalAlignment.LEFT);
    second.setPadding(0, 1, 8, 0);
    chart.addSubtitle(0, second);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    if (legend) {
      chart.getLegend().setItemFont(LABEL_FONT);
      chart.getLegend().setItemPaint(TEXT);
      chart.getLegend().setBorder(0, 0, 0, 0);
    }
    return chart;
  }

  static void style(Axis axis) {
    axis.setLabelFont(LABEL_FONT);
    axis.setTickLabelFont(LABEL_FONT);
    axis.setLabelPaint(TEXT);
    axis.setTickLabelPaint(TEXT);
    axis.setTickMarksVisible(false);
    axis.setAxisLinePaint(AXIS);
    axis.setAxisLineStroke(HAIRLINE);
  }

  static void write(Path file, JFreeChart chart, int width, int height) throws IOException {
    SVGGraphics2D graphics = new SVGGraphics2D(width, height);
    // Otherwise the time of day: the same results give the same file.
    graphics.setDefsKeyPrefix("chart");
    graphics.setGeomDoubleConverter(ChartFile::tenths);
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    Files.writeString(file, graphics.getSVGElement());
  }

  /** A tenth of a pixel cannot be seen, and fifteen digits make the file twice as large. */
  private static String tenths(double pixels) {
    return BigDecimal.valueOf(pixels)
        .setScale(1, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }
}
