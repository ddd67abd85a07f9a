package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.util.Iterator;

/** A file store of the platform. A {@link CallDispatcher} runs the calls that may block. */
final class UringFileStore extends FileStore {
  private final CallDispatcher dispatcher;
  private final FileStore platform;

  UringFileStore(CallDispatcher dispatcher, FileStore platform) {
    this.dispatcher = dispatcher;
    this.platform = platform;
  }

  /** Returns all file stores; the platform looks for the next one when the iterator needs it. */
  static Iterator<FileStore> all(CallDispatcher dispatcher, FileSystem platform) {
    Iterator<FileStore> stores =
        dispatcher.callUnchecked(() -> platform.getFileStores().iterator());
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return dispatcher.callUnchecked(stores::hasNext);
      }

      @Override
      public FileStore next() {
        return new UringFileStore(dispatcher, dispatcher.callUnchecked(stores::next));
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
    return dispatcher.callUnchecked(platform::isReadOnly);
  }

  @Override
  public long getTotalSpace() throws IOException {
    return dispatcher.call(platform::getTotalSpace);
  }

  @Override
  public long getUsableSpace() throws IOException {
    return dispatcher.call(platform::getUsableSpace);
  }

  @Override
  public long getUnallocatedSpace() throws IOException {
    return dispatcher.call(platform::getUnallocatedSpace);
  }

  @Override
  public long getBlockSize() throws IOException {
    return dispatcher.call(platform::getBlockSize);
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return dispatcher.callUnchecked(() -> platform.supportsFileAttributeView(type));
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return dispatcher.callUnchecked(() -> platform.supportsFileAttributeView(name));
  }

  @Override
  public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
    return platform.getFileStoreAttributeView(type);
  }

  @Override
  public Object getAttribute(String attribute) throws IOException {
    return dispatcher.call(() -> platform.getAttribute(attribute));
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
