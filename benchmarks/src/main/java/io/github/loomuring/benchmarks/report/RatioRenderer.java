package io.github.loomuring.benchmarks.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Paint;
import java.awt.Stroke;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.CategoryItemRendererState;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.data.category.CategoryDataset;

/** Bars from 1 to the ratio, with the range of the rounds, the target, and the number. */
final class RatioRenderer extends BarRenderer {
  private static final long serialVersionUID = 1;
  private static final Stroke RANGE = new BasicStroke(1.2f);
  private static final Stroke TARGET = new BasicStroke(3);
  private static final Color RANGE_COLOR = new Color(0x444444);
  private static final int LABEL_GAP_PIXELS = 6;

  private final transient List<TargetRow> rows;

  /**
   * @param rows in the order of the data
   */
  RatioRenderer(List<TargetRow> rows) {
    this.rows = rows;
    setBase(1);
    setIncludeBaseInRange(true);
    setBarPainter(new StandardBarPainter());
    setShadowVisible(false);
    setDrawBarOutline(false);
  }

  @Override
  public Paint getItemPaint(int row, int column) {
    return RatiosChart.color(rows.get(column));
  }

  @Override
  public void drawItem(
      Graphics2D graphics,
      CategoryItemRendererState state,
      Rectangle2D area,
      CategoryPlot plot,
      CategoryAxis domainAxis,
      ValueAxis rangeAxis,
      CategoryDataset data,
      int row,
      int column,
      int pass) {
    super.drawItem(graphics, state, area, plot, domainAxis, rangeAxis, data, row, column, pass);
    TargetRow target = rows.get(column);
    double middle =
        domainAxis.getCategoryMiddle(column, getColumnCount(), area, plot.getDomainAxisEdge());
    RectangleEdge edge = plot.getRangeAxisEdge();
    double low = rangeAxis.valueToJava2D(target.ratio().min(), area, edge);
    double high = rangeAxis.valueToJava2D(target.ratio().max(), area, edge);
    double mark = rangeAxis.valueToJava2D(target.minimumRatio(), area, edge);
    double half = state.getBarWidth() / 2;
    graphics.setPaint(RANGE_COLOR);
    graphics.setStroke(RANGE);
    graphics.draw(new Line2D.Double(low, middle, high, middle));
    graphics.draw(new Line2D.Double(low, middle - half / 2, low, middle + half / 2));
    graphics.draw(new Line2D.Double(high, middle - half / 2, high, middle + half / 2));
    graphics.setPaint(Color.BLACK);
    graphics.setStroke(TARGET);
    graphics.draw(new Line2D.Double(mark, middle - half - 2, mark, middle + half + 2));
    graphics.setPaint(ChartFile.TEXT);
    graphics.setFont(ChartFile.LABEL_FONT);
    double base = rangeAxis.valueToJava2D(1, area, edge);
    graphics.drawString(
        Numbers.gain(target.ratio().median()),
        (float) (Math.max(base, Math.max(high, mark)) + LABEL_GAP_PIXELS),
        (float) middle + graphics.getFontMetrics().getAscent() / 2f - 1);
  }
}
