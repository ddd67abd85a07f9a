package io.github.loomuring.internal.spi;

import io.github.loomuring.internal.platform.Permissions;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * How a file is to be opened: the options of {@code FileChannel.open}, checked by the JDK's rules.
 * Immutable.
 */
public final class OpenSpec {
  private static final int DEFAULT_MODE = 0666;
  private static final FileAttribute<?>[] NO_ATTRIBUTES = {};

  /** For reading, without any other option. */
  public static final OpenSpec READ = of(StandardOpenOption.READ);

  private final EnumSet<StandardOpenOption> standard = EnumSet.noneOf(StandardOpenOption.class);
  private final boolean direct;
  private final boolean noFollowLinks;
  private final int mode;
  private final OpenOption[] options;
  private final FileAttribute<?>[] attributes;

  @SuppressWarnings("IfChainToSwitch") // a switch is linked at its first use, for milliseconds
  private OpenSpec(OpenOption[] options, FileAttribute<?>[] attributes) {
    boolean isDirect = false;
    boolean isNoFollowLinks = false;
    for (OpenOption option : options) {
      if (option == null) {
        throw new NullPointerException("options contains null");
      } else if (option instanceof StandardOpenOption known) {
        standard.add(known);
      } else if (option instanceof LinkOption) {
        isNoFollowLinks = true; // there is only this one
      } else if (option instanceof Enum<?> constant && isDirect(constant)) {
        isDirect = true;
      } else {
        throw new UnsupportedOperationException("option=" + option + " is not supported");
      }
    }
    this.direct = isDirect;
    this.noFollowLinks = isNoFollowLinks;
    this.mode = Permissions.mode(DEFAULT_MODE, attributes);
    this.options = options;
    this.attributes = attributes;
  }

  /**
   * Checks options.
   *
   * @throws NullPointerException if one of them is null
   * @throws IllegalArgumentException if they contradict each other
   * @throws UnsupportedOperationException if one is not known here
   */
  public static OpenSpec of(OpenOption... options) {
    Objects.requireNonNull(options, "options");
    return checked(options.clone(), NO_ATTRIBUTES);
  }

  /**
   * Checks options and attributes.
   *
   * @throws NullPointerException if one of them is null
   * @throws IllegalArgumentException if they contradict each other
   * @throws UnsupportedOperationException if one is not known here
   */
  public static OpenSpec of(Set<? extends OpenOption> options, FileAttribute<?>... attributes) {
    return checked(options.toArray(new OpenOption[0]), attributes.clone());
  }

  private static OpenSpec checked(OpenOption[] options, FileAttribute<?>[] attributes) {
    OpenSpec spec = new OpenSpec(options, attributes);
    if (spec.read() && spec.append()) {
      throw new IllegalArgumentException("READ + APPEND not allowed");
    }
    if (spec.append() && spec.has(StandardOpenOption.TRUNCATE_EXISTING)) {
      throw new IllegalArgumentException("APPEND + TRUNCATE_EXISTING not allowed");
    }
    return spec;
  }

  private boolean has(StandardOpenOption option) {
    return standard.contains(option);
  }

  public boolean read() {
    return !write() || has(StandardOpenOption.READ);
  }

  public boolean write() {
    return append() || has(StandardOpenOption.WRITE);
  }

  public boolean append() {
    return has(StandardOpenOption.APPEND);
  }

  public boolean create() {
    return write() && has(StandardOpenOption.CREATE);
  }

  public boolean createNew() {
    return write() && has(StandardOpenOption.CREATE_NEW);
  }

  public boolean truncateExisting() {
    return write() && has(StandardOpenOption.TRUNCATE_EXISTING);
  }

  public boolean deleteOnClose() {
    return has(StandardOpenOption.DELETE_ON_CLOSE);
  }

  public boolean sync() {
    return has(StandardOpenOption.SYNC);
  }

  public boolean dsync() {
    return has(StandardOpenOption.DSYNC);
  }

  public boolean direct() {
    return direct;
  }

  /** As in the JDK, a link is followed with CREATE_NEW, even if the file is not opened to write. */
  public boolean noFollowLinks() {
    return (noFollowLinks || deleteOnClose()) && !has(StandardOpenOption.CREATE_NEW);
  }

  /** The permission bits of a file that is created, before the umask. */
  public int mode() {
    return mode;
  }

  /** The options that the caller passed. */
  public Set<OpenOption> options() {
    return new HashSet<>(Arrays.asList(options));
  }

  /** The attributes that the caller passed. */
  public FileAttribute<?>[] attributes() {
    return attributes.clone();
  }

  /** Compares names, because the module jdk.unsupported, which has the type, may be absent. */
  private static boolean isDirect(Enum<?> option) {
    return option.name().equals("DIRECT")
        && option.getDeclaringClass().getName().equals("com.sun.nio.file.ExtendedOpenOption");
  }
}
