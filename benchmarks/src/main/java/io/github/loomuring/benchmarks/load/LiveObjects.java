package io.github.loomuring.benchmarks.load;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** The live objects of the Java heap. */
final class LiveObjects {
  private LiveObjects() {}

  /** Their size in bytes, without virtual threads, their stacks and their scheduler. */
  static long bytes() {
    return histogram()
        .lines()
        .map(line -> line.strip().split("\\s+")) // number: instances bytes class
        .filter(line -> line.length >= 4 && line[0].matches("\\d+:"))
        .filter(line -> !line[3].matches("jdk.internal.vm.*|java.lang.(VirtualThread|Thread).*"))
        .mapToLong(line -> Long.parseLong(line[2]))
        .sum();
  }

  private static String histogram() {
    try {
      return (String)
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException("cannot get a histogram of the heap", e);
    }
  }
}
