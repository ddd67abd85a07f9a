package io.github.loomuring.benchmarks.load;

import io.github.loomuring.Uring;
import io.github.loomuring.UringOptions;
import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.UringOptions.Inline;
import java.util.List;

/** The contenders there are, by name. */
public final class Contenders {
  public static final String RING = "ring";
  public static final String RING_ADAPTIVE = "ring-adaptive";

  /** The ring, with memory that is registered. */
  public static final String RING_REGISTERED = "ring-registered";

  /** The ring, by {@code UringFileChannel}. */
  public static final String RING_CHANNEL = "ring-channel";

  public static final String POOL = "pool";

  /** What every ratio is against. */
  public static final String FILE_CHANNEL = "file-channel";

  /** Differs from it where files are read or written as a whole. */
  static final String FILES = "files";

  static final String FILE_CHANNEL_EACH = "file-channel-each";
  static final String PLATFORM = "platform";
  static final String ASYNCHRONOUS = "asynchronous";
  static final String PREAD = "pread";
  public static final String FIO_IO_URING = "fio-io_uring";
  static final String FIO_PSYNC = "fio-psync";

  /** Those that run in this JVM. */
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

  /** Of the contenders that take a platform thread, or a descriptor, for each thread that calls. */
  private static final int COSTLY_THREADS_MAX = 1000;

  private Contenders() {}

  /** More threads than these are not measured with it. */
  static int threadsMax(String name) {
    return switch (name) {
      case PLATFORM, ASYNCHRONOUS, FILE_CHANNEL_EACH -> COSTLY_THREADS_MAX;
      default -> Integer.MAX_VALUE;
    };
  }

  static void checkName(String name) {
    if (!JAVA.contains(name) && !FIO.contains(name)) {
      throw new IllegalArgumentException("no contender is called " + name);
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
    UringOptions ring = UringOptions.defaults().withFallback(Fallback.NEVER);
    return switch (name) {
      case RING -> uring(ring);
      case RING_ADAPTIVE -> uring(ring.withInline(Inline.ADAPTIVE));
      case RING_REGISTERED -> new RegisteredBuffersApi(Uring.open(ring));
      case RING_CHANNEL -> new UringChannelApi(Uring.open(ring));
      case POOL -> uring(ring.withFallback(Fallback.ALWAYS));
      case FILE_CHANNEL -> FileChannelApi.shared();
      case FILES -> new FilesApi();
      case FILE_CHANNEL_EACH -> FileChannelApi.oneEach();
      case PLATFORM -> FileChannelApi.onPlatformThreads();
      case ASYNCHRONOUS -> new AsynchronousChannelApi();
      case PREAD -> new PreadApi();
      default -> throw new IllegalArgumentException("no contender is called " + name);
    };
  }

  private static FileApi<?> uring(UringOptions options) {
    return new UringApi(Uring.open(options));
  }
}
