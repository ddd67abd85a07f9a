package io.github.loomuring.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.errors.ThrowPoints.Kind;
import io.github.loomuring.internal.op.ThrowingCalls;
import io.github.loomuring.support.Waiting;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An Error at any point of any call loses nothing, and ends no other thread's calls. */
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"RING NON_BLOCKING", "RING NEVER", "POOL NEVER"})
class ErrorsInCallsTest {
  /** Most tests share this copy, because a test takes less time than loading and compiling one. */
  private static final ThrowPointsLoader COPY = new ThrowPointsLoader();

  @TempDir Path directory;

  /** What the calls run on, and the policy. */
  @Parameter String engine;

  /** An instance of the class of this name in the copy of the library that has points. */
  private AutoCloseable calls;

  @BeforeEach
  void needRing() {
    Assumptions.assumeTrue(
        Uring.available(), () -> "no io_uring: " + Uring.unavailableReason().orElse(""));
  }

  /**
   * Opens the calls of a copy. Tests of downcalls have a copy of their own, because the first
   * downcalls of a copy go another way than the later ones; see LinuxKernel.
   */
  private void open(Kind kind) throws Throwable {
    ClassLoader loader = kind == Kind.DOWNCALL ? new ThrowPointsLoader() : COPY;
    Class<?> copy = loader.loadClass(ThrowingCalls.class.getName());
    assertThat(copy).isNotSameAs(ThrowingCalls.class);
    calls =
        (AutoCloseable)
            MethodHandles.publicLookup()
                .findConstructor(copy, MethodType.methodType(void.class, Path.class, String.class))
                .invoke(directory, engine);
    call("warmUp");
  }

  @AfterEach
  void tearDown() throws Exception {
    ThrowPoints.disarm();
    if (calls != null) {
      calls.close();
      Waiting.untilEmpty("open files", () -> (List<?>) callUnchecked("openFiles"));
    }
  }

  @Test
  void aFullHeapInTheCallerLosesNothing() throws Throwable {
    everyCall(Kind.FULL_HEAP, false, true);
  }

  @Test
  void aHeapThatStaysFullLosesNothing() throws Throwable {
    everyCall(Kind.FULL_HEAP, true, true);
  }

  @Test
  void aHeapThatStaysFullLosesNothingOnPlatformThreads() throws Throwable {
    everyCall(Kind.FULL_HEAP, true, false);
  }

  @Test
  void aDeepStackLosesNothing() throws Throwable {
    everyCall(Kind.DEEP_STACK, true, true);
  }

  @Test
  void aDeepStackWithAFullHeapLosesNothing() throws Throwable {
    everyCall(Kind.ANY, true, true);
  }

  @Test
  void aDowncallWithoutMemoryLosesNothing() throws Throwable {
    everyCall(Kind.DOWNCALL, false, true);
  }

  private void everyCall(Kind kind, boolean lasting, boolean virtual) throws Throwable {
    open(kind);
    int points = 0;
    for (String name : names()) {
      points += (int) call("inTheCaller", name, kind, lasting, virtual);
    }
    assertThat(points).as("points at which an Error was thrown").isGreaterThan(names().size() / 4);
  }

  @ParameterizedTest
  @EnumSource(names = {"FULL_HEAP", "DOWNCALL"})
  void aFullHeapInTheReaperLosesNothing(Kind kind) throws Throwable {
    open(kind);
    for (String name : names()) {
      call("inThreads", "loom-uring-reaper", name, kind);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FULL_HEAP", "DOWNCALL"})
  void aFullHeapInThePoolLosesNothing(Kind kind) throws Throwable {
    open(kind);
    int points = 0;
    for (String name : names()) {
      points += (int) call("inThreads", "loom-uring-pool", name, kind);
    }
    assertThat(points).as("points at which an Error was thrown").isPositive();
  }

  @SuppressWarnings("unchecked")
  private List<String> names() throws Throwable {
    return (List<String>) call("names");
  }

  private Object call(String name, Object... arguments) throws Throwable {
    for (Method method : calls.getClass().getMethods()) {
      if (method.getName().equals(name)) {
        try {
          return method.invoke(calls, arguments);
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      }
    }
    throw new AssertionError("no method " + name);
  }

  private Object callUnchecked(String name) throws Exception {
    try {
      return call(name);
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }
}
