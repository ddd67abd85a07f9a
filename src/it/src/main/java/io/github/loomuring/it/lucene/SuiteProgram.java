package io.github.loomuring.it.lucene;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystems;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the suites whose classes its arguments name, and prints a line {@code OUTCOME TEST} for each
 * test: {@code passed}, {@code skipped} or {@code failed}. Why is on stderr. The first line tells
 * the default file system's provider.
 */
public final class SuiteProgram {
  // A suite fails if it prints too much: what is printed here must not count, so these are taken
  // before a suite puts others in their place.
  private static final PrintStream OUT = System.out;
  private static final PrintStream ERR = System.err;

  private SuiteProgram() {}

  /** Names of classes. */
  public static void main(String[] arguments) {
    OUT.println("default=" + FileSystems.getDefault().provider().getClass().getName());
    List<DiscoverySelector> classes = new ArrayList<>();
    for (String name : arguments) {
      classes.add(selectClass(name));
    }
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(classes).build(), new Outcomes());
    // A test may have left a thread that is no daemon; that is judged by its suite, not here.
    System.exit(0);
  }

  private static final class Outcomes implements TestExecutionListener {
    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      print("skipped", test);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      switch (result.getStatus()) {
        case SUCCESSFUL -> {
          if (test.isTest()) {
            print("passed", test);
          }
        }
        case ABORTED -> print("skipped", test);
        case FAILED -> print("failed", test);
      }
      result.getThrowable().ifPresent(reason -> explain(test, reason));
    }

    private static void print(String outcome, TestIdentifier test) {
      OUT.println(outcome + " " + name(test));
    }

    /** A class, without a method, if the suite failed before or after its tests. */
    private static String name(TestIdentifier test) {
      return test.getSource()
          .filter(MethodSource.class::isInstance)
          .map(MethodSource.class::cast)
          .map(method -> method.getClassName() + "." + method.getMethodName())
          .orElse(test.getLegacyReportingName());
    }

    private static void explain(TestIdentifier test, Throwable reason) {
      StringWriter text = new StringWriter();
      reason.printStackTrace(new PrintWriter(text, true));
      ERR.println(name(test) + ": " + text);
    }
  }
}
