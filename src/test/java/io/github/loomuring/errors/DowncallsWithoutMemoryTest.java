package io.github.loomuring.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.errors.ThrowPoints.Kind;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import io.github.loomuring.support.Waiting;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The heap is full when the JDK makes an object for a downcall: the call answers ENOMEM. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DowncallsWithoutMemoryTest {
  /** The binding to the running kernel, in the copy of the library that has points. */
  private Object kernel;

  private Class<?> type;

  @BeforeEach
  void loadCopy() throws Exception {
    Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux");
    ClassLoader loader = new ThrowPointsLoader();
    type = loader.loadClass(Kernel.class.getName());
    kernel = loader.loadClass(LinuxKernel.class.getName()).getField("INSTANCE").get(null);
  }

  @AfterEach
  void disarm() {
    ThrowPoints.disarm();
  }

  /** The system calls, of which those that a test makes all fail: there is no descriptor -1. */
  static Stream<String> calls() {
    return Arrays.stream(Kernel.class.getMethods())
        .filter(method -> method.getParameterCount() > 0)
        .filter(method -> method.getParameterTypes()[0] == MemorySegment.class)
        .sorted(Comparator.comparing(Method::getName))
        .map(Method::getName)
        .filter(name -> !name.equals("close")); // it has a test of its own
  }

  private long call(String name) throws Exception {
    for (Method method : type.getMethods()) {
      if (method.getName().equals(name)) {
        try (Arena arena = Arena.ofConfined()) {
          Object[] arguments = new Object[method.getParameterCount()];
          for (int i = 0; i < arguments.length; i++) {
            Class<?> parameter = method.getParameterTypes()[i];
            arguments[i] =
                parameter == MemorySegment.class
                    ? arena.allocate(Kernel.ERRNO_BYTES, 8)
                    : parameter == int.class ? (Object) (-1) : (Object) 0L;
          }
          return ((Number) invoke(method, arguments)).longValue();
        }
      }
    }
    throw new AssertionError("no method " + name);
  }

  /** JUnit ends at an OutOfMemoryError, so a test throws another Error in its place. */
  private Object invoke(Method method, Object... arguments) throws Exception {
    try {
      return method.invoke(kernel, arguments);
    } catch (InvocationTargetException e) {
      throw new AssertionError(method.getName() + " throws", e.getCause());
    }
  }

  private static Predicate<Thread> self() {
    Thread self = Thread.currentThread();
    return thread -> thread == self;
  }

  @ParameterizedTest
  @MethodSource("calls")
  void callAnswersThatThereIsNoMemory(String name) throws Exception {
    ThrowPoints.arm(self(), Kind.DOWNCALL, 1, true);
    long result = call(name);
    assertThat(ThrowPoints.disarm()).as("Errors thrown").isPositive();
    assertThat(result).isEqualTo(Errno.ENOMEM.negated());
  }

  /** Otherwise the descriptor would be lost. */
  @Test
  void closeIsRepeatedUntilThereIsMemory() throws Exception {
    AtomicInteger left = new AtomicInteger(3);
    Predicate<Thread> self = self();
    ThrowPoints.arm(
        thread -> self.test(thread) && left.getAndDecrement() > 0, Kind.DOWNCALL, 1, true);
    long result = call("close");
    assertThat(ThrowPoints.disarm()).isEqualTo(3);
    assertThat(result).isEqualTo(Errno.EBADF.negated());
  }

  /**
   * After many calls they go by downcalls without errno first, and by those with it to learn why.
   */
  @Test
  void callsWithoutErrnoAnswerTheSame() throws Exception {
    Waiting.until(
        "calls without errno",
        () -> {
          for (int i = 0; i < 100; i++) {
            call("preadv2");
          }
          ThrowPoints.arm(self(), Kind.DOWNCALL, 1, true);
          long result = call("preadv2");
          int downcalls = ThrowPoints.disarm();
          assertThat(result).isEqualTo(Errno.ENOMEM.negated());
          return downcalls == 2;
        });
  }

  @Test
  void pausesAndYieldsThrowNothing() throws Exception {
    ThrowPoints.arm(self(), Kind.DOWNCALL, 1, true);
    invoke(kernel.getClass().getMethod("usleep", int.class), 1);
    invoke(type.getMethod("schedYield"));
    assertThat(ThrowPoints.disarm()).isEqualTo(2);
  }
}
