package io.github.loomuring.environment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ResourceBundle;

/** Loggers that need a file of the default file system to be made, as those of libraries do. */
public final class ReadingLoggers extends System.LoggerFinder {
  private static final String FILE = "reading.file";

  @Override
  public System.Logger getLogger(String name, Module module) {
    if (System.getProperty(FILE) == null) {
      return new Reading(name, "");
    }
    try {
      // On a virtual thread's stead too: the thread that makes the ring may be one.
      try (InputStream in = Files.newInputStream(Path.of(System.getProperty(FILE)))) {
        return new Reading(name, new String(in.readAllBytes()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Prints what it was made with before each message. */
  private record Reading(String getName, String text) implements System.Logger {
    @Override
    public boolean isLoggable(Level level) {
      return level.compareTo(Level.WARNING) >= 0;
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
      System.err.println("READ " + text + ": " + message);
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
      System.err.println("READ " + text + ": " + format);
    }
  }
}
