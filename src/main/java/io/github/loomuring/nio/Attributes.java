package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads attributes of files: the basic ones by the ring, all others by the platform, because only
 * it can make its {@link UserPrincipal}s. Keys of files are made comparable.
 */
final class Attributes {
  private static final String FILE_KEY = "fileKey";

  private Attributes() {}

  /**
   * As {@link java.nio.file.Files#readAttributes(java.nio.file.Path, Class, LinkOption...)}.
   *
   * @throws UnsupportedOperationException if the platform does not know {@code type}
   */
  static <A extends BasicFileAttributes> A read(
      UringPath path, Class<A> type, LinkOption... options) throws IOException {
    UringFileSystem fileSystem = path.getFileSystem();
    Calls.Work<A> byPlatform =
        () ->
            path.platformPath()
                .getFileSystem()
                .provider()
                .readAttributes(path.platformPath(), type, options);
    return comparable(
        fileSystem,
        type,
        type == BasicFileAttributes.class
            ? Calls.either(
                fileSystem,
                files -> type.cast(files.attributes(path.platformPath(), options)),
                byPlatform)
            : Calls.blocking(fileSystem, byPlatform));
  }

  /** As {@link #read(UringPath, Class, LinkOption...)}; null if there is no such file. */
  static <A extends BasicFileAttributes> A readIfExists(
      UringPath path, Class<A> type, LinkOption... options) throws IOException {
    try {
      return read(path, type, options);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** As {@link java.nio.file.Files#readAttributes(java.nio.file.Path, String, LinkOption...)}. */
  static Map<String, Object> read(UringPath path, String names, LinkOption... options)
      throws IOException {
    Map<String, Object> values =
        Calls.blocking(
            path.getFileSystem(),
            () ->
                path.platformPath()
                    .getFileSystem()
                    .provider()
                    .readAttributes(path.platformPath(), names, options));
    if (values.get(FILE_KEY) == null) {
      return values;
    }
    Map<String, Object> comparable = new HashMap<>(values);
    comparable.put(FILE_KEY, FileKey.of(values.get(FILE_KEY)));
    return comparable;
  }

  /** {@code attributes} with a key that those of others can be compared with. */
  static <A extends BasicFileAttributes> A comparable(
      UringFileSystem fileSystem, Class<A> type, A attributes) {
    if (type == BasicFileAttributes.class) {
      return type.cast(new Basic(attributes));
    }
    if (type == DosFileAttributes.class) {
      return type.cast(new Dos((DosFileAttributes) attributes));
    }
    return type == PosixFileAttributes.class
        ? type.cast(new Posix(fileSystem, (PosixFileAttributes) attributes))
        : attributes;
  }

  /** Attributes of the ring, or the platform. */
  private static class Basic implements BasicFileAttributes {
    private final BasicFileAttributes attributes;

    Basic(BasicFileAttributes attributes) {
      this.attributes = attributes;
    }

    @Override
    public FileTime lastModifiedTime() {
      return attributes.lastModifiedTime();
    }

    @Override
    public FileTime lastAccessTime() {
      return attributes.lastAccessTime();
    }

    @Override
    public FileTime creationTime() {
      return attributes.creationTime();
    }

    @Override
    public boolean isRegularFile() {
      return attributes.isRegularFile();
    }

    @Override
    public boolean isDirectory() {
      return attributes.isDirectory();
    }

    @Override
    public boolean isSymbolicLink() {
      return attributes.isSymbolicLink();
    }

    @Override
    public boolean isOther() {
      return attributes.isOther();
    }

    @Override
    public long size() {
      return attributes.size();
    }

    @Override
    public Object fileKey() {
      return FileKey.of(attributes.fileKey());
    }

    @Override
    public String toString() {
      return attributes.toString();
    }
  }

  /** The flags of DOS, which the platform has read with the others. */
  private static final class Dos extends Basic implements DosFileAttributes {
    private final DosFileAttributes attributes;

    Dos(DosFileAttributes attributes) {
      super(attributes);
      this.attributes = attributes;
    }

    @Override
    public boolean isReadOnly() {
      return attributes.isReadOnly();
    }

    @Override
    public boolean isHidden() {
      return attributes.isHidden();
    }

    @Override
    public boolean isArchive() {
      return attributes.isArchive();
    }

    @Override
    public boolean isSystem() {
      return attributes.isSystem();
    }
  }

  /** Attributes of the platform, which looks up names only when it is asked for them. */
  private static final class Posix extends Basic implements PosixFileAttributes {
    private final UringFileSystem fileSystem;
    private final PosixFileAttributes attributes;

    Posix(UringFileSystem fileSystem, PosixFileAttributes attributes) {
      super(attributes);
      this.fileSystem = fileSystem;
      this.attributes = attributes;
    }

    @Override
    public UserPrincipal owner() {
      return Calls.quiet(fileSystem, attributes::owner);
    }

    @Override
    public GroupPrincipal group() {
      return Calls.quiet(fileSystem, attributes::group);
    }

    @Override
    public Set<PosixFilePermission> permissions() {
      return attributes.permissions();
    }
  }
}
