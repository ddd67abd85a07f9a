package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.Watchable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The platform's watch service, whose keys and events have paths of ours. Waiting for a key parks a
 * virtual thread already in the platform's.
 */
final class UringWatchService implements WatchService {
  private final UringFileSystem fileSystem;
  private final WatchService platform;

  /** One key of ours for each of the platform's that is valid: users compare them. */
  private final ConcurrentHashMap<WatchKey, Key> keys = new ConcurrentHashMap<>();

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
    return keys.computeIfAbsent(key, _ -> new Key(key, directory));
  }

  private Key ours(WatchKey key) {
    // A key can be signalled before its registration has returned.
    return key == null ? null : ours(key, fileSystem.wrap((Path) key.watchable()));
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
    keys.clear();
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
      boolean valid = key.reset();
      if (!valid) {
        keys.remove(key);
      }
      return valid;
    }

    @Override
    public void cancel() {
      Calls.quiet(
          fileSystem,
          () -> {
            key.cancel();
            return null;
          });
      keys.remove(key);
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
