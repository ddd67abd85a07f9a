package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import io.github.loomuring.UringOptions;
import java.nio.file.Path;

/**
 * In a child JVM: prints what the library makes of its environment, and uses files.
 *
 * <p>Arguments: a directory to work in; and "wait", to touch the library only after a line of
 * input.
 */
final class TryLibrary {
  private TryLibrary() {}

  public static void main(String[] args) throws Exception {
    if (args.length > 1) {
      System.out.println("ready");
      int first = System.in.read();
      RoundTrip.check(first >= 0, "nobody said go");
    }
    say("available", Uring.available());
    say("reason", Uring.unavailableReason().orElse(""));
    Uring shared = Uring.shared();
    say("ring", shared.isRing());
    say("shared", shared);
    say("never", never());
    try (Uring second = Uring.open(UringOptions.defaults())) {
      say("second", second.isRing());
    }
    System.out.println("tried");
    RoundTrip.onVirtualThread(shared, Path.of(args[0]));
    say("files", "ok");
    say("module", Uring.class.getModule());
  }

  static void say(String key, Object value) {
    System.out.println(key + "=" + value);
  }

  private static String never() {
    try (Uring uring =
        Uring.open(UringOptions.builder().fallback(UringOptions.Fallback.NEVER).build())) {
      return uring.isRing() ? "ring" : "pool";
    } catch (UnsupportedOperationException e) {
      return e.toString();
    }
  }
}
