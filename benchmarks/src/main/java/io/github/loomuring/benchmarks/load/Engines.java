package io.github.loomuring.benchmarks.load;

import io.github.loomuring.Uring;
import io.github.loomuring.UringOptions;
import io.github.loomuring.UringOptions.Fallback;
import io.github.loomuring.UringOptions.Inline;
import java.util.List;

/** The engines there are, by name. */
final class Engines {
  static final String RING = "ring";
  static final String RING_ADAPTIVE = "ring-adaptive";

  /** The ring, with memory that is registered. */
  static final String RING_REGISTERED = "ring-registered";

  /** The ring, by {@code UringFileChannel}. */
  static final String RING_CHANNEL = "ring-channel";

  static final String POOL = "pool";

  /** What every ratio is against. */
  static final String FILE_CHANNEL = "file-channel";

  /** Differs from it where files are read or written as a whole. */
  static final String FILES = "files";

  static final String FILE_CHANNEL_EACH = "file-channel-each";
  static final String PLATFORM = "platform";
  static final String ASYNCHRONOUS = "asynchronous";
  static final String PREAD = "pread";
  static final String FIO_IO_URING = "fio-io_uring";
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

  /** Of the engines that take a platform thread, or a descriptor, for each thread that calls. */
  private static final int COSTLY_THREADS_MAX = 1000;

  private Engines() {}

  /** More threads than these are not measured with it. */
  static int threadsMax(String name) {
    return switch (name) {
      case PLATFORM, ASYNCHRONOUS, FILE_CHANNEL_EACH -> COSTLY_THREADS_MAX;
      default -> Integer.MAX_VALUE;
    };
  }

  static void checkName(String name) {
    if (!JAVA.contains(name) && !FIO.contains(name)) {
      throw new IllegalArgumentException("no engine is called " + name);
    }
  }

  static Contender open(String name, Site site) {
    return switch (name) {
      case FIO_IO_URING -> Fio.ioUring(site);
      case FIO_PSYNC -> Fio.psync(site);
      default -> new JavaContender<>(engine(name), site);
    };
  }

  private static Engine<?> engine(String name) {
    UringOptions ring = UringOptions.builder().fallback(Fallback.NEVER).build();
    return switch (name) {
      case RING -> uring(ring);
      case RING_ADAPTIVE -> uring(ring.toBuilder().inline(Inline.ADAPTIVE).build());
      case RING_REGISTERED -> new RegisteredEngine(Uring.open(ring));
      case RING_CHANNEL -> new UringChannelEngine(Uring.open(ring));
      case POOL -> uring(ring.toBuilder().fallback(Fallback.ALWAYS).build());
      case FILE_CHANNEL -> FileChannelEngine.shared();
      case FILES -> new FilesEngine();
      case FILE_CHANNEL_EACH -> FileChannelEngine.oneEach();
      case PLATFORM -> FileChannelEngine.onPlatformThreads();
      case ASYNCHRONOUS -> new AsynchronousEngine();
      case PREAD -> new PreadEngine();
      default -> throw new IllegalArgumentException("no engine is called " + name);
    };
  }

  private static Engine<?> uring(UringOptions options) {
    return new UringEngine(Uring.open(options));
  }
}
