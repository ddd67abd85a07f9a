package io.github.loomuring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** That the rule about monitors finds what it is for, and nothing else. */
class MonitorsTest {
  @SuppressWarnings("unused")
  private static final class Sample {
    private final Object lock = new Object();

    synchronized void parksInMethod() {
      LockSupport.park();
    }

    void parksInBlock() {
      synchronized (lock) {
        LockSupport.park();
      }
    }

    void parksInNestedBlock(boolean twice) {
      synchronized (lock) {
        if (twice) {
          synchronized (this) {
            LockSupport.park();
          }
        }
      }
    }

    synchronized void callsWhatParks() {
      parks();
    }

    void callsWhatParksInBlock() {
      synchronized (lock) {
        parks();
      }
    }

    void parksBeforeAndAfterBlock() {
      LockSupport.park();
      synchronized (lock) {
        LockSupport.unpark(Thread.currentThread());
      }
      parks();
    }

    void parksWhenBlockHasFailed() {
      try {
        synchronized (lock) {
          LockSupport.unpark(Thread.currentThread());
        }
      } catch (IllegalStateException e) {
        LockSupport.park();
      }
    }

    synchronized void doesNotPark() {
      LockSupport.unpark(Thread.currentThread());
    }

    void parks() {
      LockSupport.park();
    }
  }

  @Test
  void findsWaitsWithAMonitorHeld() {
    List<String> found =
        codeUnits()
            .that(DescribedPredicate.describe("hold a monitor", Monitors::areHeldBy))
            .should(Monitors.notWait())
            .evaluate(new ClassFileImporter().importClasses(Sample.class))
            .getFailureReport()
            .getDetails();
    assertThat(found)
        .extracting(detail -> detail.replaceFirst(".*?Sample\\.(\\w+)\\(.*", "$1"))
        .containsExactlyInAnyOrder(
            "parksInMethod",
            "parksInBlock",
            "parksInNestedBlock",
            "callsWhatParks",
            "callsWhatParksInBlock");
  }
}
