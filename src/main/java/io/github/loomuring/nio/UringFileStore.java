package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.util.Iterator;

/** A file store of the platform; what asks its device, or a server, does so on the pool. */
final class UringFileStore extends FileStore {
  private final UringFileSystem fileSystem;
  private final FileStore platform;

  UringFileStore(UringFileSystem fileSystem, FileStore platform) {
    this.fileSystem = fileSystem;
    this.platform = platform;
  }

  /** All there are; the platform looks at the next one when it is asked for. */
  static Iterator<FileStore> all(UringFileSystem fileSystem) {
    Iterator<FileStore> stores =
        Calls.quiet(fileSystem, () -> fileSystem.platform().getFileStores().iterator());
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return Calls.quiet(fileSystem, stores::hasNext);
      }

      @Override
      public FileStore next() {
        return new UringFileStore(fileSystem, Calls.quiet(fileSystem, stores::next));
      }
    };
  }

  @Override
  public String name() {
    return platform.name();
  }

  @Override
  public String type() {
    return platform.type();
  }

  @Override
  public boolean isReadOnly() {
    return Calls.quiet(fileSystem, platform::isReadOnly);
  }

  @Override
  public long getTotalSpace() throws IOException {
    return Calls.blocking(fileSystem, platform::getTotalSpace);
  }

  @Override
  public long getUsableSpace() throws IOException {
    return Calls.blocking(fileSystem, platform::getUsableSpace);
  }

  @Override
  public long getUnallocatedSpace() throws IOException {
    return Calls.blocking(fileSystem, platform::getUnallocatedSpace);
  }

  @Override
  public long getBlockSize() throws IOException {
    return Calls.blocking(fileSystem, platform::getBlockSize);
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return Calls.quiet(fileSystem, () -> platform.supportsFileAttributeView(type));
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return Calls.quiet(fileSystem, () -> platform.supportsFileAttributeView(name));
  }

  @Override
  public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
    return platform.getFileStoreAttributeView(type);
  }

  @Override
  public Object getAttribute(String attribute) throws IOException {
    return Calls.blocking(fileSystem, () -> platform.getAttribute(attribute));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UringFileStore that && platform.equals(that.platform);
  }

  @Override
  public int hashCode() {
    return platform.hashCode();
  }

  @Override
  public String toString() {
    return platform.toString();
  }
}
