package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every way to open a file, with all options and their combinations. */
abstract class OpenOptionsContract extends ProviderFixture {
  /** Opens, uses and closes a file. */
  private interface Opening {
    Object of(Path path, Set<OpenOption> options) throws IOException;
  }

  private static final List<OpenOption> OPTIONS =
      List.of(
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.APPEND,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.CREATE,
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.DELETE_ON_CLOSE,
          LinkOption.NOFOLLOW_LINKS);

  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final FileAttribute<?> UNKNOWN =
      new FileAttribute<String>() {
        @Override
        public String name() {
          return "unknown:attribute";
        }

        @Override
        public String value() {
          return "value";
        }
      };

  private static final Setup DIRECTORY =
      directory -> Files.createDirectory(directory.resolve("directory"));

  private static final Setup FILE_AND_LINKS =
      directory -> {
        file(directory);
        link(directory, "toFile", "file");
        link(directory, "toNothing", "nothing");
      };

  @Override
  boolean isAboutNames() {
    return true;
  }

  private static List<Set<OpenOption>> subsets() {
    List<Set<OpenOption>> subsets = new ArrayList<>();
    for (int bits = 0; bits < 1 << OPTIONS.size(); bits++) {
      Set<OpenOption> subset = new HashSet<>();
      for (int i = 0; i < OPTIONS.size(); i++) {
        if ((bits & 1 << i) != 0) {
          subset.add(OPTIONS.get(i));
        }
      }
      subsets.add(subset);
    }
    return subsets;
  }

  private void allCombinations(Opening opening, String... names) throws Exception {
    for (Set<OpenOption> options : subsets()) {
      for (String name : names) {
        same(
            name + " with " + options,
            name.equals("directory") ? DIRECTORY : FILE_AND_LINKS,
            directory -> opening.of(directory.resolve(name), options));
      }
    }
  }

  private static String readAndWrite(SeekableByteChannel channel) {
    return attempt(() -> channel.read(ByteBuffer.allocate(3)))
        + attempt(() -> channel.write(ByteBuffer.wrap("xy".getBytes())))
        + attempt(channel::position)
        + attempt(channel::size)
        + channel.isOpen();
  }

  /** A step of a use. */
  private interface Step {
    Object take() throws IOException;
  }

  private static String attempt(Step step) {
    try {
      return step.take() + " ";
    } catch (IOException e) {
      return "IOException "; // of a directory
    } catch (RuntimeException e) {
      return e.getClass().getName() + " ";
    }
  }

  @Test
  void byteChannelsWithAllCombinationsOfOptions() throws Exception {
    allCombinations(
        (path, options) -> {
          try (SeekableByteChannel channel = Files.newByteChannel(path, options)) {
            return readAndWrite(channel) + (channel instanceof FileChannel);
          }
        },
        "file",
        "missing",
        "toFile",
        "toNothing");
  }

  @Test
  void fileChannelsWithAllCombinationsOfOptions() throws Exception {
    allCombinations(
        (path, options) -> {
          try (FileChannel channel = FileChannel.open(path, options)) {
            return readAndWrite(channel);
          }
        },
        "file",
        "missing",
        "directory");
  }

  @Test
  void inputStreamsWithAllCombinationsOfOptions() throws Exception {
    allCombinations(
        (path, options) -> {
          try (InputStream in = Files.newInputStream(path, options.toArray(new OpenOption[0]))) {
            return in.readAllBytes();
          }
        },
        "file",
        "missing",
        "toFile");
  }

  @Test
  void outputStreamsWithAllCombinationsOfOptions() throws Exception {
    allCombinations(
        (path, options) -> {
          try (OutputStream out = Files.newOutputStream(path, options.toArray(new OpenOption[0]))) {
            out.write('x');
            out.write("yz".getBytes());
          }
          return null;
        },
        "file",
        "missing",
        "toFile");
  }

  @Test
  void asynchronousChannelsWithOptions() throws Exception {
    for (OpenOption option : OPTIONS) {
      same(
          "option " + option,
          FILE,
          directory -> {
            Path file = directory.resolve("file");
            try (AsynchronousFileChannel channel =
                AsynchronousFileChannel.open(file, StandardOpenOption.READ, option)) {
              return channel.read(ByteBuffer.allocate(9), 0).get();
            }
          });
    }
  }

  @Test
  void synchronousAndSparseOptions() throws Exception {
    OpenOption[] more = {
      StandardOpenOption.SYNC, StandardOpenOption.DSYNC, StandardOpenOption.SPARSE
    };
    for (OpenOption option : more) {
      for (OpenOption[] others :
          List.of(
              new OpenOption[] {},
              new OpenOption[] {StandardOpenOption.WRITE},
              new OpenOption[] {StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW})) {
        Set<OpenOption> options = new HashSet<>(Arrays.asList(others));
        options.add(option);
        for (String name : List.of("file", "new")) {
          same(
              name + " with " + options,
              FILE,
              directory -> {
                try (FileChannel channel = FileChannel.open(directory.resolve(name), options)) {
                  return readAndWrite(channel);
                }
              });
        }
      }
    }
  }

  @Test
  void everyKindOfNameCanOrCannotBeOpened() throws Exception {
    for (String name : NAMES) {
      same(
          "reading " + name,
          SOME,
          directory -> {
            try (SeekableByteChannel channel = Files.newByteChannel(directory.resolve(name))) {
              return channel.size() > 0;
            }
          });
      same(
          "writing " + name,
          SOME,
          directory -> Files.write(directory.resolve(name), new byte[] {'1', '2'}));
      same(
          "creating " + name,
          SOME,
          directory ->
              Files.write(
                  directory.resolve(name), new byte[] {'1'}, StandardOpenOption.CREATE_NEW));
    }
    fails(
        NoSuchFileException.class, EMPTY, d -> Files.newInputStream(d.resolve("missing")).close());
    fails(
        FileAlreadyExistsException.class,
        FILE,
        d -> Files.write(d.resolve("file"), new byte[1], StandardOpenOption.CREATE_NEW));
  }

  @Test
  void permissionsOfNewFilesAndUnknownAttributes() throws Exception {
    Set<OpenOption> creating = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    does(EMPTY, d -> Files.newByteChannel(d.resolve("private"), creating, PRIVATE).close());
    does(EMPTY, d -> FileChannel.open(d.resolve("private"), creating, PRIVATE).close());
    fails(
        UnsupportedOperationException.class,
        EMPTY,
        d -> Files.newByteChannel(d.resolve("new"), creating, UNKNOWN).close());
    fails(
        UnsupportedOperationException.class,
        EMPTY,
        d -> FileChannel.open(d.resolve("new"), creating, UNKNOWN).close());
    fails(
        UnsupportedOperationException.class,
        EMPTY,
        d -> Files.createDirectory(d.resolve("new"), UNKNOWN));
    fails(
        UnsupportedOperationException.class,
        EMPTY,
        d -> Files.createSymbolicLink(d.resolve("new"), d.resolve("to"), PRIVATE));
  }

  /** An option that nobody knows. */
  private enum Foreign implements OpenOption {
    OPTION
  }

  @Test
  void unknownOptionsAndNulls() throws Exception {
    fails(
        UnsupportedOperationException.class,
        FILE,
        d -> Files.newByteChannel(d.resolve("file"), Foreign.OPTION).close());
    fails(
        UnsupportedOperationException.class,
        FILE,
        d -> Files.newInputStream(d.resolve("file"), StandardOpenOption.APPEND).close());
    fails(
        IllegalArgumentException.class,
        FILE,
        d -> Files.newOutputStream(d.resolve("file"), StandardOpenOption.READ).close());
    for (Action action :
        List.<Action>of(
            d -> Files.newByteChannel(d.resolve("file"), Collections.singleton(null)).close(),
            d -> FileChannel.open(d.resolve("file"), Collections.singleton(null)).close(),
            d -> Files.newInputStream(d.resolve("file"), (OpenOption) null).close(),
            d -> Files.newOutputStream(d.resolve("file"), (OpenOption) null).close(),
            d -> Files.newByteChannel(d.resolve("file"), (Set<OpenOption>) null).close())) {
      fails(NullPointerException.class, FILE, action);
    }
  }

  @Test
  void deletedOnCloseAlsoWhenOpenedTwice() throws Exception {
    does(
        FILE,
        directory -> {
          Path file = directory.resolve("file");
          SeekableByteChannel first =
              Files.newByteChannel(file, StandardOpenOption.DELETE_ON_CLOSE);
          first.close();
          assertThat(Files.notExists(file)).isTrue();
          first.close();
        });
    returns(
        "content",
        FILE,
        directory -> {
          try (InputStream in =
              Files.newInputStream(directory.resolve("file"), StandardOpenOption.DELETE_ON_CLOSE)) {
            return in.readAllBytes();
          }
        });
  }
}
