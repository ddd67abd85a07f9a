package io.github.loomuring.internal.call;

/**
 * Whether interrupts end the calling thread's file operations.
 *
 * <p>They do, unless the operations belong to an interface that promises otherwise, such as the
 * JDK's streams and {@link java.nio.file.Files}. Such callers use {@link #ignored}: the interrupt
 * status then stays as if the operation had not looked at it.
 */
public final class Interrupts {
  private static final ScopedValue<Boolean> IGNORED = ScopedValue.newInstance();

  private Interrupts() {}

  /** Calls {@code operation}, whose file operations no interrupt ends; a deadline still does. */
  public static <T, X extends Throwable> T ignored(ScopedValue.CallableOp<? extends T, X> operation)
      throws X {
    return areIgnored()
        ? operation.call()
        : ScopedValue.where(IGNORED, Boolean.TRUE).call(operation);
  }

  public static boolean areIgnored() {
    return IGNORED.isBound();
  }

  /** Whether the calling thread is interrupted, and the interrupt is to end its operation. */
  public static boolean pending() {
    return Thread.currentThread().isInterrupted() && !areIgnored();
  }
}
