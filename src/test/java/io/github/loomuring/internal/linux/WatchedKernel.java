package io.github.loomuring.internal.linux;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** The running kernel, with something done before, after, or instead of its calls. */
public final class WatchedKernel {
  private WatchedKernel() {}

  /** One call of the kernel. */
  public interface Call {
    Object run() throws Throwable;
  }

  /** What is done at each call, which it makes itself, or not. */
  public interface Watcher {
    /**
     * Answers a call.
     *
     * @param name of a method of {@link Kernel}
     */
    Object on(String name, Object[] arguments, Call call) throws Throwable;
  }

  /** A kernel whose calls are all {@code watcher}'s. */
  public static Kernel of(Watcher watcher) {
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (_, method, arguments) ->
                watcher.on(
                    method.getName(),
                    arguments,
                    () -> {
                      try {
                        return method.invoke(LinuxKernel.INSTANCE, arguments);
                      } catch (InvocationTargetException e) {
                        throw e.getCause();
                      }
                    }));
  }
}
