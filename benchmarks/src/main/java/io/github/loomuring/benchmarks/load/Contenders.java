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

  /** {@code UringFile} with {@code Inline.NON_BLOCKING}. */
  static final String RING_NON_BLOCKING = "ring-non-blocking";

  /** {@code UringFile} with {@code Inline.NEVER}. */
  static final String RING_NEVER = "ring-never";

  /** {@code UringFile} with registered buffers. */
  static final String RING_REGISTERED = "ring-registered";

  /** {@code UringFileChannel}. */
  static final String RING_CHANNEL = "ring-channel";

  /**
   * {@code UringFile} with the default options in a JVM that the kernel refuses io_uring: on the
   * pool of platform threads that the library falls back to.
   */
  public static final String POOL = "pool";

  /** One {@code FileChannel} that all virtual threads share: the baseline of every ratio. */
  public static final String FILE_CHANNEL = "file-channel";

  /** As {@link #FILE_CHANNEL}, in a JVM in which every blocked carrier is replaced. */
  public static final String WATCHED = "file-channel-watched";

  /** {@code Files} for whole files; otherwise as {@link #FILE_CHANNEL}. */
  public static final String FILES = "files";

  static final String FILE_CHANNEL_EACH = "file-channel-each";

  /** {@code FileChannel} on platform threads. */
  public static final String PLATFORM = "platform";

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
          RING_NON_BLOCKING,
          RING_NEVER,
          RING_REGISTERED,
          RING_CHANNEL,
          POOL,
          FILE_CHANNEL,
          WATCHED,
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

  /** The kind of JVM that the contender runs in. */
  static Jvm jvm(String name) {
    return switch (name) {
      case WATCHED -> Jvm.WATCHED;
      case POOL -> Jvm.WITHOUT_IO_URING;
      default -> Jvm.PLAIN;
    };
  }

  private static FileApi<?> api(String name) {
    UringOptions ring = UringOptions.builder().fallback(Fallback.NEVER).build();
    return switch (name) {
      case RING -> uring(ring);
      case RING_ADAPTIVE -> uring(ring.toBuilder().inline(Inline.ADAPTIVE).build());
      case RING_NON_BLOCKING -> uring(ring.toBuilder().inline(Inline.NON_BLOCKING).build());
      case RING_NEVER -> uring(ring.toBuilder().inline(Inline.NEVER).build());
      case RING_REGISTERED -> new RegisteredBuffersApi(Uring.open(ring));
      case RING_CHANNEL -> new UringChannelApi(Uring.open(ring));
      case POOL -> onPool(Uring.open(UringOptions.defaults()));
      case FILE_CHANNEL, WATCHED -> FileChannelApi.shared();
      case FILES -> new FilesApi();
      case FILE_CHANNEL_EACH -> FileChannelApi.oneEach();
      case PLATFORM -> FileChannelApi.onPlatformThreads();
      case ASYNCHRONOUS -> new AsynchronousChannelApi();
      case PREAD -> new PreadApi();
      default -> throw new IllegalArgumentException("no contender has the name " + name);
    };
  }

  private static FileApi<?> onPool(Uring uring) {
    if (uring.isRing()) {
      uring.close();
      throw new IllegalStateException("the kernel refuses no io_uring in this JVM: " + uring);
    }
    return new UringApi(uring);
  }

  private static FileApi<?> uring(UringOptions options) {
    return new UringApi(Uring.open(options));
  }
}
