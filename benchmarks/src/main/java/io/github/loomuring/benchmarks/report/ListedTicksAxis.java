package io.github.loomuring.benchmarks.report;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.axis.TickType;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/** A logarithmic axis with ticks at given values, such as the numbers of threads measured. */
final class ListedTicksAxis extends LogAxis {
  private static final long serialVersionUID = 1;

  private static final double SHORT_RANGE = 1e3;

  private final double[] values;
  private final String[] labels;

  ListedTicksAxis(String label, double[] values, DoubleFunction<String> format) {
    super(label);
    this.values = values.clone();
    this.labels = new String[values.length];
    for (int i = 0; i < values.length; i++) {
      labels[i] = format.apply(values[i]);
    }
  }

  /** Powers of ten around the range and, if that is short, twice and five times these. */
  static double[] ticks(double min, double max) {
    String[] factors = max / min > SHORT_RANGE ? new String[] {"1"} : new String[] {"1", "2", "5"};
    return IntStream.rangeClosed(
            (int) Math.floor(Math.log10(min)), (int) Math.ceil(Math.log10(max)))
        .boxed()
        // Not Math.pow, whose 1e-3 need not be the double of that name.
        .flatMapToDouble(
            exponent ->
                Arrays.stream(factors)
                    .mapToDouble(factor -> Double.parseDouble(factor + "e" + exponent)))
        .toArray();
  }

  @Override
  public List<NumberTick> refreshTicks(
      Graphics2D g2, AxisState state, Rectangle2D dataArea, RectangleEdge edge) {
    TextAnchor anchor =
        RectangleEdge.isLeftOrRight(edge) ? TextAnchor.CENTER_RIGHT : TextAnchor.TOP_CENTER;
    List<NumberTick> ticks = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (getRange().contains(values[i])) {
        ticks.add(
            new NumberTick(TickType.MAJOR, values[i], labels[i], anchor, TextAnchor.CENTER, 0));
      }
    }
    return ticks;
  }
}
