package io.github.loomuring.internal;

/**
 * Whether interrupts end the calling thread's file operations. They do, unless the operations are
 * those of an interface that promises otherwise, as the JDK's streams and {@link
 * java.nio.file.Files} do: these call them {@link #ignored}, and find the interrupt status as it
 * would be had nobody looked.
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

  /** Whether the calling thread is interrupted, and that is to end what it does. */
  public static boolean pending() {
    return Thread.currentThread().isInterrupted() && !areIgnored();
  }
}
