package io.github.loomuring.internal;

import java.io.IOException;
import java.nio.file.Path;

/** What carries out file operations: the ring, or the pool of platform threads. */
public interface Engine {
  /** Opens a file. {@code spec} has been checked. */
  EngineFile open(Path path, OpenSpec spec) throws IOException;

  boolean isOpen();

  /** Ends every operation in flight and refuses new ones. Idempotent. */
  void close();

  /** Name and configuration, for people. */
  @Override
  String toString();
}
