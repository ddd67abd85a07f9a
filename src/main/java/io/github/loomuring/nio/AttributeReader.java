package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.spi.FileSystemProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads the attributes of files. The ring reads the basic ones. The platform reads all others,
 * because only the platform can make its {@link UserPrincipal}s. All file keys are {@link
 * ComparableFileKey}s. Any thread may call.
 */
final class AttributeReader {
  private static final String FILE_KEY = "fileKey";

  private AttributeReader() {}

  /**
   * Reads attributes as {@link java.nio.file.Files#readAttributes(java.nio.file.Path, Class,
   * LinkOption...)} does.
   *
   * @throws UnsupportedOperationException if the platform does not support {@code type}
   */
  static <A extends BasicFileAttributes> A read(
      UringPath path, Class<A> type, LinkOption... options) throws IOException {
    CallDispatcher dispatcher = path.dispatcher();
    Path platformPath = path.platformPath();
    CallDispatcher.PlatformCall<A> byPlatform =
        () -> provider(platformPath).readAttributes(platformPath, type, options);
    A attributes =
        type == BasicFileAttributes.class
            ? dispatcher.callOnRing(
                files -> type.cast(files.attributes(platformPath, options)), byPlatform)
            : dispatcher.call(byPlatform);
    return withComparableKey(dispatcher, type, attributes);
  }

  /**
   * Reads attributes as {@link #read(UringPath, Class, LinkOption...)} does, and returns null if
   * the file does not exist.
   */
  static <A extends BasicFileAttributes> A readIfExists(
      UringPath path, Class<A> type, LinkOption... options) throws IOException {
    try {
      return read(path, type, options);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /**
   * Reads attributes as {@link java.nio.file.Files#readAttributes(java.nio.file.Path, String,
   * LinkOption...)} does.
   */
  static Map<String, Object> read(UringPath path, String names, LinkOption... options)
      throws IOException {
    Path platformPath = path.platformPath();
    Map<String, Object> values =
        path.dispatcher()
            .call(() -> provider(platformPath).readAttributes(platformPath, names, options));
    if (values.get(FILE_KEY) == null) {
      return values;
    }
    Map<String, Object> comparable = new HashMap<>(values);
    comparable.put(FILE_KEY, ComparableFileKey.of(values.get(FILE_KEY)));
    return comparable;
  }

  private static FileSystemProvider provider(Path platformPath) {
    return platformPath.getFileSystem().provider();
  }

  /** Returns {@code attributes} with a {@link ComparableFileKey}. */
  static <A extends BasicFileAttributes> A withComparableKey(
      CallDispatcher dispatcher, Class<A> type, A attributes) {
    if (type == BasicFileAttributes.class) {
      return type.cast(new Basic(attributes));
    }
    if (type == DosFileAttributes.class) {
      return type.cast(new Dos((DosFileAttributes) attributes));
    }
    return type == PosixFileAttributes.class
        ? type.cast(new Posix(dispatcher, (PosixFileAttributes) attributes))
        : attributes;
  }

  /** Basic attributes, which the ring or the platform has read. */
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
      return ComparableFileKey.of(attributes.fileKey());
    }

    @Override
    public String toString() {
      return attributes.toString();
    }
  }

  /** Attributes with the DOS flags, which the platform has read. */
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

  /**
   * POSIX attributes. The platform looks up the owner and the group when a caller asks for them.
   */
  private static final class Posix extends Basic implements PosixFileAttributes {
    private final CallDispatcher dispatcher;
    private final PosixFileAttributes attributes;

    Posix(CallDispatcher dispatcher, PosixFileAttributes attributes) {
      super(attributes);
      this.dispatcher = dispatcher;
      this.attributes = attributes;
    }

    @Override
    public UserPrincipal owner() {
      return dispatcher.callUnchecked(attributes::owner);
    }

    @Override
    public GroupPrincipal group() {
      return dispatcher.callUnchecked(attributes::group);
    }

    @Override
    public Set<PosixFilePermission> permissions() {
      return attributes.permissions();
    }
  }
}
