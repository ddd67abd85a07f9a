package io.github.loomuring.internal.op;

import static io.github.loomuring.internal.linux.IoUring.*;

import java.nio.file.CopyOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;

/** Each operation on paths that is one request, on a file, a second one and names that are new. */
enum PathCalls {
  DELETE(IORING_OP_UNLINKAT),
  MOVE(IORING_OP_RENAMEAT),
  MOVE_ATOMICALLY(IORING_OP_RENAMEAT),
  EXCHANGE(IORING_OP_RENAMEAT),
  CREATE_DIRECTORY(IORING_OP_MKDIRAT),
  CREATE_SYMBOLIC_LINK(IORING_OP_SYMLINKAT),
  CREATE_LINK(IORING_OP_LINKAT),
  STATUS(IORING_OP_STATX);

  final byte opcode;

  PathCalls(byte opcode) {
    this.opcode = opcode;
  }

  /** Calls it. There are {@code file} and {@code second} in {@code directory}, and no others. */
  Object on(RingEngine engine, Path directory) throws Exception {
    Path file = directory.resolve("file");
    Path created = directory.resolve("new");
    switch (this) {
      case DELETE -> engine.delete(file);
      case MOVE -> engine.move(file, created, Set.of());
      case MOVE_ATOMICALLY -> {
        Set<CopyOption> options = Set.of(StandardCopyOption.ATOMIC_MOVE);
        engine.move(file, created, options);
      }
      case EXCHANGE -> engine.exchange(file, directory.resolve("second"));
      case CREATE_DIRECTORY -> engine.createDirectory(created);
      case CREATE_SYMBOLIC_LINK -> engine.createSymbolicLink(created, Path.of("file"));
      case CREATE_LINK -> engine.createLink(created, file);
      case STATUS -> {
        return engine.status(file, true);
      }
    }
    return this;
  }

  /** Whether the address in the SQE's off is that of a second path. */
  boolean hasTwoPaths() {
    return this != DELETE && this != CREATE_DIRECTORY && this != STATUS;
  }
}
