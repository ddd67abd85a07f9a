package io.github.loomuring.internal;

import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How a file is to be opened: the options of {@code FileChannel.open}, checked by the JDK's rules.
 *
 * @param mode permission bits of a file that is created, before the umask
 * @param options what the caller asked for
 * @param attributes what the caller asked for
 */
public record OpenSpec(
    boolean read,
    boolean write,
    boolean append,
    boolean create,
    boolean createNew,
    boolean truncateExisting,
    boolean deleteOnClose,
    boolean sync,
    boolean dsync,
    boolean direct,
    boolean noFollowLinks,
    int mode,
    Set<OpenOption> options,
    List<FileAttribute<?>> attributes) {
  private static final int DEFAULT_MODE = 0666;

  /**
   * Checks options and attributes.
   *
   * @throws NullPointerException if one of them is null
   * @throws IllegalArgumentException if they contradict each other
   * @throws UnsupportedOperationException if one is not known here
   */
  public static OpenSpec of(Set<? extends OpenOption> options, FileAttribute<?>... attributes) {
    Set<OpenOption> all = new HashSet<>();
    boolean direct = false;
    for (OpenOption option : options) {
      if (option == null) {
        throw new NullPointerException("options contains null");
      }
      if (isDirect(option)) {
        direct = true;
      } else if (!(option instanceof StandardOpenOption) && option != LinkOption.NOFOLLOW_LINKS) {
        throw new UnsupportedOperationException("option=" + option + " is not supported");
      }
      all.add(option);
    }
    boolean append = all.contains(StandardOpenOption.APPEND);
    boolean write = append || all.contains(StandardOpenOption.WRITE);
    boolean read = !write || all.contains(StandardOpenOption.READ);
    boolean truncate = all.contains(StandardOpenOption.TRUNCATE_EXISTING);
    if (read && append) {
      throw new IllegalArgumentException("READ + APPEND not allowed");
    }
    if (append && truncate) {
      throw new IllegalArgumentException("APPEND + TRUNCATE_EXISTING not allowed");
    }
    return new OpenSpec(
        read,
        write,
        append,
        write && all.contains(StandardOpenOption.CREATE),
        write && all.contains(StandardOpenOption.CREATE_NEW),
        write && truncate,
        all.contains(StandardOpenOption.DELETE_ON_CLOSE),
        all.contains(StandardOpenOption.SYNC),
        all.contains(StandardOpenOption.DSYNC),
        direct,
        all.contains(LinkOption.NOFOLLOW_LINKS),
        mode(attributes),
        Set.copyOf(all),
        List.of(attributes));
  }

  /**
   * The given options as a set.
   *
   * @throws NullPointerException if one of them is null
   */
  public static Set<OpenOption> set(OpenOption... options) {
    Objects.requireNonNull(options, "options");
    Set<OpenOption> set = new HashSet<>();
    for (OpenOption option : options) {
      set.add(Objects.requireNonNull(option, "options contains null"));
    }
    return set;
  }

  /** By name, because the module jdk.unsupported, which has the type, need not be present. */
  private static boolean isDirect(OpenOption option) {
    return option instanceof Enum<?> constant
        && constant.name().equals("DIRECT")
        && constant.getDeclaringClass().getName().equals("com.sun.nio.file.ExtendedOpenOption");
  }

  private static int mode(FileAttribute<?>[] attributes) {
    int mode = DEFAULT_MODE;
    for (FileAttribute<?> attribute : attributes) {
      if (attribute == null) {
        throw new NullPointerException("attributes contains null");
      }
      if (!attribute.name().equals("posix:permissions")
          && !attribute.name().equals("unix:permissions")) {
        throw new UnsupportedOperationException(
            "'" + attribute.name() + "' not supported as initial attribute");
      }
      mode = 0;
      for (Object permission : (Set<?>) attribute.value()) {
        mode |= bit((PosixFilePermission) permission);
      }
    }
    return mode;
  }

  private static int bit(PosixFilePermission permission) {
    return switch (permission) {
      case OWNER_READ -> 0400;
      case OWNER_WRITE -> 0200;
      case OWNER_EXECUTE -> 0100;
      case GROUP_READ -> 0040;
      case GROUP_WRITE -> 0020;
      case GROUP_EXECUTE -> 0010;
      case OTHERS_READ -> 0004;
      case OTHERS_WRITE -> 0002;
      case OTHERS_EXECUTE -> 0001;
    };
  }
}
