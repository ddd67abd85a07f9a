package io.github.loomuring.nio;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.Watchable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The platform's watch service, whose keys and events have paths of ours. Waiting for a key parks a
 * virtual thread already in the platform's.
 */
final class UringWatchService implements WatchService {
  private final UringFileSystem fileSystem;
  private final WatchService platform;

  /**
   * The key of ours for each of the platform's: users compare them, and keep them in maps. As long
   * as one is used, also one that was cancelled and is still queued, it is the same; neither keeps
   * the other, once nobody uses them.
   */
  private final Map<WatchKey, WeakReference<Key>> keys = new WeakHashMap<>(); // guarded by itself

  UringWatchService(UringFileSystem fileSystem, WatchService platform) {
    this.fileSystem = fileSystem;
    this.platform = platform;
  }

  WatchKey register(
      UringPath directory, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers)
      throws IOException {
    return Calls.blocking(
        fileSystem,
        () -> {
          WatchKey key = directory.platformPath().register(platform, events, modifiers);
          return ours(key, directory);
        });
  }

  /** The key of ours; a directory registered twice keeps the name of the first time. */
  private Key ours(WatchKey key, UringPath directory) {
    synchronized (keys) {
      WeakReference<Key> known = keys.get(key);
      Key ours = known == null ? null : known.get();
      if (ours == null) {
        ours = new Key(key, directory);
        keys.put(key, new WeakReference<>(ours));
      }
      return ours;
    }
  }

  private Key ours(WatchKey key) {
    // A key can be signalled before its registration has returned.
    return key == null ? null : ours(key, fileSystem.wrap((Path) key.watchable()));
  }

  /** How many keys are known, for tests. */
  int known() {
    synchronized (keys) {
      return keys.size();
    }
  }

  @Override
  public WatchKey poll() {
    return ours(platform.poll());
  }

  @Override
  public WatchKey poll(long timeout, TimeUnit unit) throws InterruptedException {
    return ours(platform.poll(timeout, unit));
  }

  @Override
  public WatchKey take() throws InterruptedException {
    return ours(platform.take());
  }

  @Override
  public void close() throws IOException {
    Calls.blocking(fileSystem, platform::close);
  }

  /** A key of the platform, with paths of ours. */
  private final class Key implements WatchKey {
    private final WatchKey key;
    private final UringPath directory;

    Key(WatchKey key, UringPath directory) {
      this.key = key;
      this.directory = directory;
    }

    @Override
    public boolean isValid() {
      return key.isValid();
    }

    @Override
    public List<WatchEvent<?>> pollEvents() {
      List<WatchEvent<?>> events = new ArrayList<>();
      for (WatchEvent<?> event : key.pollEvents()) {
        events.add(
            event.context() instanceof Path path
                ? new PathEvent(pathKind(event), event.count(), directory.wrap(path))
                : event);
      }
      return events;
    }

    @SuppressWarnings("unchecked") // its context is a path
    private static WatchEvent.Kind<Path> pathKind(WatchEvent<?> event) {
      return (WatchEvent.Kind<Path>) event.kind();
    }

    @Override
    public boolean reset() {
      return key.reset();
    }

    @Override
    public void cancel() {
      Calls.quiet(
          fileSystem,
          () -> {
            key.cancel();
            return null;
          });
    }

    @Override
    public Watchable watchable() {
      return directory;
    }
  }

  /** What happened to an entry of a directory. */
  private record PathEvent(WatchEvent.Kind<Path> kind, int count, Path context)
      implements WatchEvent<Path> {}
}
