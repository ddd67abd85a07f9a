package io.github.loomuring.environment;

import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/**
 * In a child JVM: says what becomes of addresses of Unix domain sockets.
 *
 * <p>Argument: a path.
 */
final class BindUnixSocket {
  private BindUnixSocket() {}

  public static void main(String[] args) {
    TryLibrary.say("of path", of(() -> UnixDomainSocketAddress.of(Path.of(args[0]))));
    TryLibrary.say("of text", of(() -> UnixDomainSocketAddress.of(args[0])));
  }

  private interface Making {
    UnixDomainSocketAddress make();
  }

  private static String of(Making making) {
    try {
      return making.make().toString();
    } catch (IllegalArgumentException e) {
      return e.toString();
    }
  }
}
