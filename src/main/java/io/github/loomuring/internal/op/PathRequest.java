package io.github.loomuring.internal.op;

import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.linux.Errno;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * One request of an operation on names. It runs in a worker of the kernel.
 *
 * <p>Its memory is the library's, so a caller that is interrupted abandons a request that a cancel
 * does not end soon; it may then still happen.
 */
final class PathRequest implements Abandonable {
  /** Prepares the SQE. */
  interface Preparer {
    void prepare(Operation operation);
  }

  private boolean abandoned;

  private PathRequest() {}

  /**
   * Runs one request: its result, or a negated errno.
   *
   * @param what the operation, with its path, for messages
   * @param memory closed when the kernel is done with it
   */
  static int run(Context context, String what, AutoCloseable memory, Preparer preparer)
      throws IOException {
    return run(context, what, memory, preparer, () -> {});
  }

  /**
   * As {@link #run(Context, String, AutoCloseable, Preparer)}.
   *
   * @param taker takes the answer of a request that succeeded out of {@code memory}
   */
  static int run(
      Context context, String what, AutoCloseable memory, Preparer preparer, Runnable taker)
      throws IOException {
    Operation operation = null;
    PathRequest request = null;
    try {
      request = new PathRequest();
      Cancellation.check(what);
      operation = context.slots.acquire();
      preparer.prepare(operation);
      int result = context.requests.runOrAbandon(operation, memory, request);
      if (request.abandoned || Causes.areOf(operation.causes(), result)) {
        throw Causes.exceptionOfAbandoned(what);
      }
      if (result >= 0) {
        taker.run();
      }
      return result;
    } finally {
      if (request == null || !request.abandoned) {
        end(context, operation, memory);
      }
    }
  }

  private static void end(Context context, Operation operation, AutoCloseable memory) {
    if (operation != null && !operation.isReusable()) {
      operation.keep(memory); // the ring has failed: the kernel may not be done with it
    } else {
      try {
        memory.close();
      } catch (Exception e) {
        throw new AssertionError("giving memory back does not fail", e);
      }
    }
    if (operation != null) {
      operation.end();
      context.slots.release(operation);
    }
  }

  @Override
  public void abandoned() {
    abandoned = true;
  }

  @Override
  public void dispose(int result) {
    // An abandoned request leaves nothing to give back.
  }

  /** Memory for two paths, of one request. */
  static final class Paths implements AutoCloseable {
    final PathMemory first = PathMemory.acquire();
    final PathMemory second = PathMemory.acquire();

    /** Memory with two paths in it; null if one is longer than the kernel takes. */
    static Paths of(Path first, Path second) throws IOException {
      return of(first, second, false);
    }

    /**
     * Memory with the target of a symbolic link, as it is, and the link's path; null if one is
     * longer than the kernel takes.
     */
    static Paths ofTargetAndLink(Path target, Path link) throws IOException {
      return of(target, link, true);
    }

    private static Paths of(Path first, Path second, boolean firstIsTarget) throws IOException {
      Paths paths = new Paths();
      try {
        if (firstIsTarget) {
          paths.first.setTarget(first);
        } else {
          paths.first.setPath(first);
        }
        paths.second.setPath(second);
        return paths;
      } catch (FileSystemException e) {
        paths.close();
        return null;
      } catch (Throwable t) {
        paths.close();
        throw t;
      }
    }

    @Override
    public void close() {
      first.close();
      second.close();
    }
  }

  /**
   * Runs one request on two paths.
   *
   * @param paths as {@link Paths#of} gave them; null stands for ENAMETOOLONG
   */
  static int runWithTwo(Context context, String what, Paths paths, Preparer preparer)
      throws IOException {
    return paths == null ? Errno.ENAMETOOLONG.negated() : run(context, what, paths, preparer);
  }
}
