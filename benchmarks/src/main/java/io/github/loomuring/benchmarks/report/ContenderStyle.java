package io.github.loomuring.benchmarks.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jfree.chart.util.ShapeUtils;

/**
 * How an contender looks, the same in every chart. The colours are those of Okabe and Ito, which
 * the colour-blind can tell apart, and no two contenders differ by colour alone.
 */
record ContenderStyle(Color color, Stroke stroke, Shape shape) {
  private static final Stroke STRONG = solid(2.6f);
  private static final Stroke PLAIN = solid(1.6f);
  private static final Stroke DASHED = dashed(1.6f);

  private static final Map<String, ContenderStyle> STYLES = styles();
  private static final ContenderStyle OTHER =
      new ContenderStyle(Color.DARK_GRAY, PLAIN, ShapeUtils.createRegularCross(4, 1));

  /** Names of the contenders that have a style, in the order of the legend. */
  static Iterable<String> contenders() {
    return STYLES.keySet();
  }

  static ContenderStyle of(String contender) {
    return STYLES.getOrDefault(contender, OTHER);
  }

  static Stroke dashed(float width) {
    return new BasicStroke(
        width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {6, 4}, 0);
  }

  private static Stroke solid(float width) {
    return new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  }

  private static Map<String, ContenderStyle> styles() {
    Shape circle = new Ellipse2D.Double(-4, -4, 8, 8);
    Shape square = new Rectangle2D.Double(-4, -4, 8, 8);
    Shape smallCircle = new Ellipse2D.Double(-2.5, -2.5, 5, 5);
    Shape diamond = ShapeUtils.createDiamond(4.5f);
    Shape up = ShapeUtils.createUpTriangle(4.5f);
    Shape down = ShapeUtils.createDownTriangle(4.5f);
    Shape cross = ShapeUtils.createDiagonalCross(4, 1);
    Map<String, ContenderStyle> styles = new LinkedHashMap<>();
    styles.put("ring", new ContenderStyle(new Color(0x0072B2), STRONG, circle));
    styles.put("ring-adaptive", new ContenderStyle(new Color(0x56B4E9), PLAIN, smallCircle));
    styles.put("ring-registered", new ContenderStyle(new Color(0x004D80), DASHED, up));
    styles.put("ring-channel", new ContenderStyle(new Color(0x56B4E9), DASHED, diamond));
    styles.put("pool", new ContenderStyle(new Color(0x009E73), PLAIN, diamond));
    styles.put("file-channel", new ContenderStyle(new Color(0xD55E00), STRONG, square));
    styles.put("file-channel-each", new ContenderStyle(new Color(0xE69F00), PLAIN, up));
    styles.put("platform", new ContenderStyle(new Color(0x595959), PLAIN, down));
    styles.put("asynchronous", new ContenderStyle(new Color(0xCC79A7), PLAIN, cross));
    styles.put("pread", new ContenderStyle(new Color(0x8C6D1F), PLAIN, smallCircle));
    styles.put("fio-io_uring", new ContenderStyle(Color.BLACK, DASHED, circle));
    styles.put("fio-psync", new ContenderStyle(new Color(0x808080), DASHED, square));
    return styles;
  }
}
