package io.github.loomuring.internal.platform;

import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Converts between the permission bits of inode(7) and the JDK's permissions. */
public final class Permissions {
  private Permissions() {}

  /**
   * The bits of a file that is to be created, before the umask.
   *
   * @param initial the bits if no attribute sets them
   * @throws UnsupportedOperationException for an attribute other than {@code posix:permissions}
   */
  public static int mode(int initial, FileAttribute<?>... attributes) {
    int mode = initial;
    for (FileAttribute<?> attribute : attributes) {
      if (attribute == null) {
        throw new NullPointerException("attributes contains null");
      }
      if (!attribute.name().equals("posix:permissions")
          && !attribute.name().equals("unix:permissions")) {
        throw new UnsupportedOperationException(
            "'" + attribute.name() + "' not supported as initial attribute");
      }
      mode = mode((Set<?>) attribute.value());
    }
    return mode;
  }

  /** The bits of {@code permissions}, which are {@link PosixFilePermission}s. */
  public static int mode(Set<?> permissions) {
    int mode = 0;
    for (Object permission : permissions) {
      mode |= bit((PosixFilePermission) permission);
    }
    return mode;
  }

  /** The permissions in {@code mode}. */
  public static Set<PosixFilePermission> of(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      if ((mode & bit(permission)) != 0) {
        permissions.add(permission);
      }
    }
    return permissions;
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
