package io.github.loomuring.support;

import java.nio.file.OpenOption;
import java.util.Arrays;

/** Constants of com.sun.nio.file.ExtendedOpenOption, whose use javac warns of unconditionally. */
public final class ExtendedOptions {
  public static final OpenOption DIRECT = option("DIRECT");
  public static final OpenOption NOSHARE_READ = option("NOSHARE_READ");

  private ExtendedOptions() {}

  private static OpenOption option(String name) {
    try {
      Object[] constants = Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants();
      return (OpenOption)
          Arrays.stream(constants).filter(o -> o.toString().equals(name)).findAny().orElseThrow();
    } catch (ClassNotFoundException e) {
      throw new AssertionError("the module jdk.unsupported is missing", e);
    }
  }
}
