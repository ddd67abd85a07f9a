package io.github.loomuring.nio;

import io.github.loomuring.internal.platform.PlatformPaths;
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
import java.util.function.Function;

/**
 * The watch service of the platform, with keys and events that have the paths of a {@link
 * UringFileSystem}. A virtual thread that waits for a key parks in the platform's service. Any
 * thread may call; {@link #close} closes the platform's service.
 */
final class UringWatchService implements WatchService {
  private final CallDispatcher dispatcher;
  private final WatchService platform;
  private final Function<Path, PlatformPaths.Wrapper> wrapper;

  /**
   * The key that users get for each key of the platform. Users compare keys and store them in maps:
   * it is therefore the same one as long as either is in use, even if the key was cancelled and is
   * still queued. The map keeps neither of them reachable.
   */
  private final Map<WatchKey, WeakReference<Key>> keys = new WeakHashMap<>(); // guarded by itself

  /**
   * Makes a service, which owns {@code platform}.
   *
   * @param wrapper makes a path of the file system for a path of the platform
   */
  UringWatchService(
      CallDispatcher dispatcher,
      WatchService platform,
      Function<Path, PlatformPaths.Wrapper> wrapper) {
    this.dispatcher = dispatcher;
    this.platform = platform;
    this.wrapper = wrapper;
  }

  WatchKey register(
      PlatformPaths.Wrapper directory,
      WatchEvent.Kind<?>[] events,
      WatchEvent.Modifier... modifiers)
      throws IOException {
    return dispatcher.call(
        () -> {
          WatchKey key = directory.platformPath().register(platform, events, modifiers);
          return wrap(key, directory);
        });
  }

  /**
   * Returns the key that users get. If they register a directory twice, it keeps the first path.
   */
  private Key wrap(WatchKey platformKey, PlatformPaths.Wrapper directory) {
    synchronized (keys) {
      WeakReference<Key> known = keys.get(platformKey);
      Key key = known == null ? null : known.get();
      if (key == null) {
        key = new Key(platformKey, directory);
        keys.put(platformKey, new WeakReference<>(key));
      }
      return key;
    }
  }

  private Key wrapOrNull(WatchKey platformKey) {
    // A key can be signalled before the call that registers it has returned.
    return platformKey == null
        ? null
        : wrap(platformKey, wrapper.apply((Path) platformKey.watchable()));
  }

  /** Returns the number of keys in the map, for tests. */
  int keyCount() {
    synchronized (keys) {
      return keys.size();
    }
  }

  @Override
  public WatchKey poll() {
    return wrapOrNull(platform.poll());
  }

  @Override
  public WatchKey poll(long timeout, TimeUnit unit) throws InterruptedException {
    return wrapOrNull(platform.poll(timeout, unit));
  }

  @Override
  public WatchKey take() throws InterruptedException {
    return wrapOrNull(platform.take());
  }

  @Override
  public void close() throws IOException {
    dispatcher.run(platform::close);
  }

  /** A key of the platform, with the paths of the file system. */
  private final class Key implements WatchKey {
    private final WatchKey platformKey;
    private final PlatformPaths.Wrapper directory;

    Key(WatchKey platformKey, PlatformPaths.Wrapper directory) {
      this.platformKey = platformKey;
      this.directory = directory;
    }

    @Override
    public boolean isValid() {
      return platformKey.isValid();
    }

    @Override
    public List<WatchEvent<?>> pollEvents() {
      List<WatchEvent<?>> events = new ArrayList<>();
      for (WatchEvent<?> event : platformKey.pollEvents()) {
        events.add(
            event.context() instanceof Path path
                ? new PathEvent(pathKind(event), event.count(), directory.wrap(path))
                : event);
      }
      return events;
    }

    @SuppressWarnings("unchecked") // an event whose context is a path has such a kind
    private static WatchEvent.Kind<Path> pathKind(WatchEvent<?> event) {
      return (WatchEvent.Kind<Path>) event.kind();
    }

    @Override
    public boolean reset() {
      return platformKey.reset();
    }

    @Override
    public void cancel() {
      dispatcher.callUnchecked(
          () -> {
            platformKey.cancel();
            return null;
          });
    }

    @Override
    public Watchable watchable() {
      return directory;
    }
  }

  /** An event for an entry of a directory. */
  private record PathEvent(WatchEvent.Kind<Path> kind, int count, Path context)
      implements WatchEvent<Path> {}
}
