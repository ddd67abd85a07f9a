package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Directories: made, read, walked through and removed. */
abstract class DirectoriesContract extends ProviderFixture {
  /** More entries than are read at once. */
  private static final int MANY = 600;

  @Override
  boolean isAboutNames() {
    return true;
  }

  private static final Setup MANY_FILES = DirectoriesContract::many;

  private static void many(Path directory) throws Exception {
    for (int i = 0; i < MANY; i++) {
      Files.createFile(directory.resolve("file" + i));
    }
  }

  private static List<String> texts(Iterable<Path> paths) {
    List<String> texts = new ArrayList<>();
    paths.forEach(path -> texts.add(path.toString()));
    return texts;
  }

  @Test
  void entriesOfEveryKindOfName() throws Exception {
    for (String name : NAMES) {
      same(
          "entries of " + name,
          SOME,
          directory -> {
            try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(directory.resolve(name))) {
              return texts(entries);
            }
          });
      same(
          "list of " + name,
          SOME,
          directory -> {
            try (Stream<Path> entries = Files.list(directory.resolve(name))) {
              return entries.map(Path::toString).toList();
            }
          });
    }
    fails(
        NotDirectoryException.class,
        FILE,
        d -> Files.newDirectoryStream(d.resolve("file")).close());
    fails(
        NoSuchFileException.class,
        FILE,
        d -> Files.newDirectoryStream(d.resolve("missing")).close());
  }

  @Test
  void moreEntriesThanAreReadAtOnceAreEachSeenOnce() throws Exception {
    returns(
        MANY,
        MANY_FILES,
        directory -> {
          try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return Set.copyOf(texts(entries)).size();
          }
        });
    same(
        MANY_FILES,
        directory -> {
          try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*{1,7}?")) {
            return texts(entries);
          }
        });
  }

  @Test
  void filtersRunOnTheThreadThatIterates() throws Exception {
    same(
        MANY_FILES,
        directory -> {
          Thread caller = Thread.currentThread();
          DirectoryStream.Filter<Path> filter =
              entry -> {
                assertThat(Thread.currentThread()).isSameAs(caller);
                assertThat(entry.getFileSystem()).isSameAs(directory.getFileSystem());
                return entry.toString().endsWith("5");
              };
          try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, filter)) {
            return texts(entries);
          }
        });
  }

  @Test
  void filterThatFailsEndsTheIteration() throws Exception {
    fails(
        DirectoryIteratorException.class,
        FILE,
        directory -> {
          DirectoryStream.Filter<Path> filter =
              entry -> {
                throw new NoSuchFileException(entry.toString());
              };
          try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, filter)) {
            entries.iterator().hasNext();
          }
        });
    fails(
        IllegalStateException.class,
        FILE,
        directory -> {
          DirectoryStream.Filter<Path> filter =
              _ -> {
                throw new IllegalStateException();
              };
          try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, filter)) {
            entries.iterator().next();
          }
        });
    fails(
        NullPointerException.class,
        FILE,
        d -> Files.newDirectoryStream(d, (DirectoryStream.Filter<Path>) null).close());
  }

  @Test
  void iteratorIsObtainedOnceAndEnds() throws Exception {
    does(
        FILE,
        directory -> {
          try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            Iterator<Path> iterator = entries.iterator();
            assertThatThrownBy(entries::iterator).isInstanceOf(IllegalStateException.class);
            assertThat(iterator.hasNext()).isTrue();
            assertThat(iterator.hasNext()).isTrue();
            assertThat(iterator.next()).isEqualTo(directory.resolve("file"));
            assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
            assertThat(iterator.hasNext()).isFalse();
            assertThatThrownBy(iterator::remove).isInstanceOf(UnsupportedOperationException.class);
          }
        });
  }

  @Test
  void closedStreamEndsAfterTheEntryThatWasLookedAt() throws Exception {
    does(
        MANY_FILES,
        directory -> {
          DirectoryStream<Path> entries = Files.newDirectoryStream(directory);
          Iterator<Path> iterator = entries.iterator();
          iterator.next();
          assertThat(iterator.hasNext()).isTrue();
          entries.close();
          assertThat(iterator.hasNext()).isTrue();
          iterator.next();
          assertThat(iterator.hasNext()).isFalse();
          assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
          entries.close();
        });
    fails(
        IllegalStateException.class,
        FILE,
        directory -> {
          DirectoryStream<Path> entries = Files.newDirectoryStream(directory);
          entries.close();
          entries.iterator();
        });
  }

  @Test
  void treesAreWalkedThrough() throws Exception {
    for (FileVisitOption[] options :
        List.of(new FileVisitOption[] {}, new FileVisitOption[] {FileVisitOption.FOLLOW_LINKS})) {
      Setup cycle =
          directory -> {
            some(directory);
            link(directory.resolve("full"), "up", "..");
          };
      same(
          cycle,
          directory -> {
            List<String> seen = new ArrayList<>();
            Files.walkFileTree(
                directory,
                options.length == 0
                    ? EnumSet.noneOf(FileVisitOption.class)
                    : EnumSet.of(options[0]),
                9,
                new Recorder(seen));
            return seen;
          });
      same(
          cycle,
          directory -> {
            try (Stream<Path> all = Files.walk(directory, options)) {
              return all.map(Path::toString).toList();
            }
          });
      same(
          SOME,
          directory -> {
            try (Stream<Path> all =
                Files.find(directory, 3, (_, a) -> a.isRegularFile(), options)) {
              return all.map(Path::toString).toList();
            }
          });
    }
  }

  /** Notes what it sees. */
  private static final class Recorder extends SimpleFileVisitor<Path> {
    private final List<String> seen;

    Recorder(List<String> seen) {
      this.seen = seen;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
      seen.add("directory " + path);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
      seen.add("file " + path + attributes.isSymbolicLink());
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) {
      seen.add("failed " + path + " " + e.getClass().getName());
      return FileVisitResult.CONTINUE;
    }
  }

  @Test
  void directoriesAreMadeAndRemoved() throws Exception {
    for (String name : NAMES) {
      same("make " + name, SOME, d -> Files.createDirectory(d.resolve(name)));
      same(
          "make all of " + name,
          SOME,
          d -> Files.createDirectories(d.resolve(name).resolve("a").resolve("b")));
      same("make " + name, SOME, d -> Files.createDirectories(d.resolve(name)));
      same("delete " + name, SOME, done(d -> Files.delete(d.resolve(name))));
      same("delete " + name, SOME, d -> Files.deleteIfExists(d.resolve(name)));
    }
    fails(DirectoryNotEmptyException.class, SOME, d -> Files.delete(d.resolve("full")));
    does(
        EMPTY,
        d ->
            Files.createDirectory(
                d.resolve("private"),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwx------"))));
  }

  @Test
  void linksAreMadeAndRead() throws Exception {
    for (String name : NAMES) {
      same("read " + name, SOME, d -> Files.readSymbolicLink(d.resolve(name)));
      same("hard link to " + name, SOME, d -> Files.createLink(d.resolve("new"), d.resolve(name)));
      same("hard link at " + name, SOME, d -> Files.createLink(d.resolve(name), d.resolve("file")));
      same(
          "link at " + name,
          SOME,
          d -> Files.createSymbolicLink(d.resolve(name), d.getFileSystem().getPath("..", "to")));
      same("real path of " + name, SOME, d -> d.resolve(name).toRealPath());
      same("real path of " + name, SOME, d -> d.resolve(name).toRealPath(NOFOLLOW));
      same("uri of " + name, SOME, d -> Path.of(d.resolve(name).toUri()));
      for (String other : NAMES) {
        same(
            name + " and " + other, SOME, d -> Files.isSameFile(d.resolve(name), d.resolve(other)));
      }
    }
  }

  @Test
  void secureDirectoryStreamsKeepToTheirDirectory() throws Exception {
    does(
        SOME,
        directory -> {
          try (SecureDirectoryStream<Path> top = secure(directory)) {
            Files.move(directory.resolve("full"), directory.resolve("moved"));
            Path below = relative(directory, "below");
            try (SecureDirectoryStream<Path> moved =
                top.newDirectoryStream(relative(directory, "moved"))) {
              assertThat(texts(moved)).containsExactly(directory + "/moved/below");
              try (SeekableByteChannel channel =
                  moved.newByteChannel(below, Set.of(StandardOpenOption.READ))) {
                assertThat(channel.read(ByteBuffer.allocate(9))).isEqualTo(3);
              }
              assertThat(
                      moved
                          .getFileAttributeView(BasicFileAttributeView.class)
                          .readAttributes()
                          .isDirectory())
                  .isTrue();
              assertThat(
                      moved
                          .getFileAttributeView(below, BasicFileAttributeView.class, NOFOLLOW)
                          .readAttributes()
                          .size())
                  .isEqualTo(3);
              moved.move(below, top, relative(directory, "came up"));
              assertThatThrownBy(() -> moved.deleteFile(below))
                  .isInstanceOf(NoSuchFileException.class)
                  .hasMessage("below");
            }
            top.deleteDirectory(relative(directory, "moved"));
            top.deleteFile(relative(directory, "file"));
          }
        });
  }

  private static Path relative(Path directory, String name) {
    return directory.getFileSystem().getPath(name);
  }

  private static SecureDirectoryStream<Path> secure(Path directory) throws IOException {
    return (SecureDirectoryStream<Path>) Files.newDirectoryStream(directory);
  }
}
