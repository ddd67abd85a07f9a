package io.github.loomuring.benchmarks.load;

import io.github.loomuring.Uring;
import io.github.loomuring.UringOptions;
import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.UringOptions.Inline;
import java.util.List;

/**
 * All contenders by their names on the command line (option {@code --engines}) and in the results
 * file (field {@code engine}).
 */
public final class Contenders {
  /** {@code UringFile} with the default options. */
  public static final String RING = "ring";

  /** {@code UringFile} with {@code Inline.ADAPTIVE}. */
  public static final String RING_ADAPTIVE = "ring-adaptive";

  /** {@code UringFile} with registered buffers. */
  static final String RING_REGISTERED = "ring-registered";

  /** {@code UringFileChannel}. */
  static final String RING_CHANNEL = "ring-channel";

  /** {@code UringFile} on the pool of platform threads that the library falls back to. */
  static final String POOL = "pool";

  /** One {@code FileChannel} that all virtual threads share: the baseline of every ratio. */
  public static final String FILE_CHANNEL = "file-channel";

  /** {@code Files} for whole files; otherwise as {@link #FILE_CHANNEL}. */
  static final String FILES = "files";

  static final String FILE_CHANNEL_EACH = "file-channel-each";
  static final String PLATFORM = "platform";
  static final String ASYNCHRONOUS = "asynchronous";
  static final String PREAD = "pread";

  /** The program fio with its io_uring engine. */
  public static final String FIO_IO_URING = "fio-io_uring";

  static final String FIO_PSYNC = "fio-psync";

  /** The contenders that run in this JVM. */
  static final List<String> JAVA =
      List.of(
          RING,
          RING_ADAPTIVE,
          RING_REGISTERED,
          RING_CHANNEL,
          POOL,
          FILE_CHANNEL,
          FILES,
          FILE_CHANNEL_EACH,
          PLATFORM,
          ASYNCHRONOUS,
          PREAD);

  static final List<String> FIO = List.of(FIO_IO_URING, FIO_PSYNC);

  /** For contenders that need a platform thread or a descriptor for each calling thread. */
  private static final int COSTLY_THREADS_MAX = 1000;

  private Contenders() {}

  /** The largest number of threads that the contender is measured with. */
  static int threadsMax(String name) {
    return switch (name) {
      case PLATFORM, ASYNCHRONOUS, FILE_CHANNEL_EACH -> COSTLY_THREADS_MAX;
      default -> Integer.MAX_VALUE;
    };
  }

  static void checkName(String name) {
    if (!JAVA.contains(name) && !FIO.contains(name)) {
      throw new IllegalArgumentException("no contender has the name " + name);
    }
  }

  static Contender open(String name, Site site) {
    return switch (name) {
      case FIO_IO_URING -> Fio.ioUring(site);
      case FIO_PSYNC -> Fio.psync(site);
      default -> new JavaContender<>(api(name), site);
    };
  }

  private static FileApi<?> api(String name) {
    UringOptions ring = UringOptions.builder().fallback(Fallback.NEVER).build();
    return switch (name) {
      case RING -> uring(ring);
      case RING_ADAPTIVE -> uring(ring.toBuilder().inline(Inline.ADAPTIVE).build());
      case RING_REGISTERED -> new RegisteredBuffersApi(Uring.open(ring));
      case RING_CHANNEL -> new UringChannelApi(Uring.open(ring));
      case POOL -> uring(ring.toBuilder().fallback(Fallback.ALWAYS).build());
      case FILE_CHANNEL -> FileChannelApi.shared();
      case FILES -> new FilesApi();
      case FILE_CHANNEL_EACH -> FileChannelApi.oneEach();
      case PLATFORM -> FileChannelApi.onPlatformThreads();
      case ASYNCHRONOUS -> new AsynchronousChannelApi();
      case PREAD -> new PreadApi();
      default -> throw new IllegalArgumentException("no contender has the name " + name);
    };
  }

  private static FileApi<?> uring(UringOptions options) {
    return new UringApi(Uring.open(options));
  }
}
