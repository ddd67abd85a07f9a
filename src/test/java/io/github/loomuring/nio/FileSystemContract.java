package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** File stores, watch services, temporary files, URIs, and the file system itself. */
abstract class FileSystemContract extends ProviderFixture {
  @Test
  void fileStores() throws Exception {
    same(
        SOME,
        directory -> {
          FileStore store = Files.getFileStore(directory.resolve("file"));
          assertThat(store).isEqualTo(Files.getFileStore(directory.resolve("full")));
          assertThat(store).hasSameHashCodeAs(Files.getFileStore(directory.resolve("full")));
          assertThat(store.getUsableSpace()).isPositive();
          assertThat(store.getUnallocatedSpace()).isPositive();
          List<Object> seen = new ArrayList<>();
          seen.addAll(List.of(store.name(), store.type(), store.isReadOnly(), store.toString()));
          seen.addAll(List.of(store.getTotalSpace(), store.getBlockSize()));
          seen.add(store.getAttribute("totalSpace"));
          for (String view : directory.getFileSystem().supportedFileAttributeViews()) {
            seen.add(view + store.supportsFileAttributeView(view));
          }
          seen.add(store.supportsFileAttributeView(BasicFileAttributeView.class));
          seen.add(store.supportsFileAttributeView(FileAttributeView.class));
          seen.add(store.getFileStoreAttributeView(FileStoreAttributeView.class) == null);
          return seen;
        });
    same(FILE, d -> Files.getFileStore(d.resolve("file")).getAttribute("unknown"));
    for (String name : NAMES) {
      same("store of " + name, SOME, d -> Files.getFileStore(d.resolve(name)).name());
    }
    same(
        EMPTY,
        directory -> {
          Set<String> names = new TreeSet<>();
          directory.getFileSystem().getFileStores().forEach(s -> names.add(s.toString()));
          return names;
        });
  }

  @Test
  void watchServicesTellOfPathsOfTheirFileSystem() throws Exception {
    does(
        EMPTY,
        directory -> {
          try (WatchService watcher = directory.getFileSystem().newWatchService()) {
            WatchKey key =
                directory.register(
                    watcher,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_DELETE);
            assertThat(key.watchable()).isEqualTo(directory);
            assertThat(key.isValid()).isTrue();
            assertThat(watcher.poll()).isNull();
            assertThat(watcher.poll(1, TimeUnit.MILLISECONDS)).isNull();
            Files.createFile(directory.resolve("new"));
            WatchKey signalled = watcher.take();
            assertThat(signalled).isSameAs(key);
            WatchEvent<?> event = signalled.pollEvents().getFirst();
            assertThat(event.kind()).isEqualTo(StandardWatchEventKinds.ENTRY_CREATE);
            assertThat(event.count()).isEqualTo(1);
            assertThat(event.context()).isEqualTo(directory.relativize(directory.resolve("new")));
            assertThat(directory.resolve((Path) event.context())).exists();
            assertThat(key.reset()).isTrue();
            Files.delete(directory.resolve("new"));
            assertThat(watcher.poll(20, TimeUnit.SECONDS)).isSameAs(key);
            key.cancel();
            assertThat(key.isValid()).isFalse();
            assertThat(key.reset()).isFalse();
          }
        });
  }

  @Test
  void watchServiceForgetsDirectoriesThatAreGone() throws Exception {
    does(
        directory -> Files.createDirectory(directory.resolve("watched")),
        directory -> {
          Path watched = directory.resolve("watched");
          try (WatchService watcher = directory.getFileSystem().newWatchService()) {
            WatchKey key = watched.register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
            WatchKey again = watched.register(watcher, StandardWatchEventKinds.ENTRY_DELETE);
            assertThat(again).isSameAs(key);
            Files.delete(watched);
            assertThat(watcher.take()).isSameAs(key);
            assertThat(key.reset()).isFalse();
          }
        });
  }

  @Test
  void watchServiceRefusesWhatItCannotWatch() throws Exception {
    fails(
        NotDirectoryException.class,
        FILE,
        directory -> {
          try (WatchService watcher = directory.getFileSystem().newWatchService()) {
            directory.resolve("file").register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
          }
        });
    for (WatchEvent.Kind<?>[] kinds :
        List.of(new WatchEvent.Kind<?>[] {}, new WatchEvent.Kind<?>[] {null})) {
      same(
          "kinds " + kinds.length,
          FILE,
          directory -> {
            try (WatchService watcher = directory.getFileSystem().newWatchService()) {
              return directory.register(watcher, kinds).isValid();
            }
          });
    }
    fails(
        NullPointerException.class,
        FILE,
        directory -> directory.register(null, StandardWatchEventKinds.ENTRY_CREATE));
    fails(
        ClosedWatchServiceException.class,
        FILE,
        directory -> {
          WatchService watcher = directory.getFileSystem().newWatchService();
          watcher.close();
          watcher.close();
          assertThatThrownBy(watcher::take).isInstanceOf(ClosedWatchServiceException.class);
          directory.register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
        });
  }

  @Test
  void waitForAKeyIsInterruptedAndEndedByClosing() throws Exception {
    fails(
        InterruptedException.class,
        EMPTY,
        directory -> {
          try (WatchService watcher = directory.getFileSystem().newWatchService()) {
            Thread.currentThread().interrupt();
            watcher.take();
          }
        });
    fails(
        ClosedWatchServiceException.class,
        EMPTY,
        directory -> {
          WatchService watcher = directory.getFileSystem().newWatchService();
          AtomicReference<Thread> waiting = new AtomicReference<>(Thread.currentThread());
          Thread closer =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try {
                          while (waiting.get().getState() != Thread.State.WAITING) {
                            Thread.sleep(1);
                          }
                          watcher.close();
                        } catch (Exception e) {
                          throw new AssertionError(e);
                        }
                      });
          try {
            watcher.take();
          } finally {
            closer.join();
          }
        });
  }

  @Test
  void temporaryFilesAreMadeInAnyDirectory() throws Exception {
    does(
        EMPTY,
        directory -> {
          Path file = Files.createTempFile(directory, "made", ".tmp");
          assertThat(file.getFileSystem()).isSameAs(directory.getFileSystem());
          assertThat(file.getFileName().toString()).startsWith("made").endsWith(".tmp");
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
              .isIn("rw-------", "rw-r--r--", "rw-rw-r--");
          Path made = Files.createTempDirectory(directory, "made");
          assertThat(Files.isDirectory(made)).isTrue();
          Files.delete(file);
          Files.delete(made);
        });
    does(
        EMPTY,
        directory ->
            assertThatThrownBy(
                    () -> Files.createTempFile(directory.resolve("missing"), "made", ".tmp"))
                .isExactlyInstanceOf(NoSuchFileException.class));
  }

  @Test
  void fileSystemIsThereAndStaysOpen() throws Exception {
    does(
        EMPTY,
        directory -> {
          FileSystem files = directory.getFileSystem();
          assertThat(files.isOpen()).isTrue();
          assertThat(files.isReadOnly()).isFalse();
          assertThatThrownBy(files::close).isInstanceOf(UnsupportedOperationException.class);
          assertThat(files.getRootDirectories()).containsExactly(files.getPath("/"));
          assertThat(files.getPath("a", "b", "c")).hasToString("a/b/c");
          assertThat(files.provider().getFileSystem(root(files))).isNotNull();
          assertThatThrownBy(() -> files.provider().newFileSystem(root(files), Map.of()))
              .isInstanceOf(FileSystemAlreadyExistsException.class);
          assertThatThrownBy(() -> files.provider().newFileSystem(directory, Map.of()))
              .isInstanceOf(UnsupportedOperationException.class);
        });
  }

  private static URI root(FileSystem files) {
    return URI.create(files.provider().getScheme() + ":///");
  }

  @Test
  void urisLeadToFilesAndBadOnesAreRefused() throws Exception {
    does(
        SOME,
        directory -> {
          String scheme = directory.getFileSystem().provider().getScheme();
          assertThat(directory.toUri().toString()).isEqualTo(scheme + "://" + directory + "/");
          Path odd = directory.resolve("ä b%41?#\n");
          assertThat(Path.of(odd.toUri()).toString()).isEqualTo(odd.toString());
          for (String text : List.of("/", "/a", "/a/../b", "/a%20b", "/a//b/", "/%C3%A4")) {
            Path path = Path.of(URI.create(scheme + "://" + text));
            for (String other : List.of(scheme + ":", scheme.toUpperCase(Locale.ROOT) + "://")) {
              Path same = Path.of(URI.create(other + text));
              assertThat(same).as(other + text).isEqualTo(path).hasSameHashCodeAs(path);
              assertThat(same.resolve(path)).isEqualTo(path);
              assertThat(same.getFileSystem()).isSameAs(path.getFileSystem());
            }
          }
          for (String bad :
              List.of(":a", "://host/a", ":///a?query", ":///a#fragment", ":///a%00b")) {
            assertThatThrownBy(() -> Path.of(URI.create(scheme + bad)))
                .as(bad)
                .isInstanceOf(IllegalArgumentException.class);
          }
          for (String bad : List.of(":///a", "://host/", ":///?query", ":///#fragment")) {
            assertThatThrownBy(
                    () ->
                        directory
                            .getFileSystem()
                            .provider()
                            .getFileSystem(URI.create(scheme + bad)))
                .as(bad)
                .isInstanceOf(IllegalArgumentException.class);
          }
          assertThatThrownBy(
                  () -> directory.getFileSystem().provider().getPath(URI.create("other:///a")))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }
}
