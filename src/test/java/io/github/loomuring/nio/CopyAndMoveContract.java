package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Copies and moves, in one file system and between two. */
abstract class CopyAndMoveContract extends ProviderFixture {
  private static final String[] SOURCES = {
    "file", "empty", "full", "toFile", "toFull", "toNothing", "one", "missing"
  };
  private static final String[] TARGETS = {
    "file",
    "other",
    "empty",
    "full",
    "toFile",
    "toNothing",
    "missing",
    "missing/below",
    "file/below"
  };
  private static final CopyOption[] OPTIONS = {
    StandardCopyOption.REPLACE_EXISTING,
    StandardCopyOption.COPY_ATTRIBUTES,
    StandardCopyOption.ATOMIC_MOVE,
    LinkOption.NOFOLLOW_LINKS
  };

  private static final Setup SOME_MORE = CopyAndMoveContract::someMore;

  private static void someMore(Path directory) throws Exception {
    some(directory);
    Files.writeString(directory.resolve("other"), "other content");
    Files.setLastModifiedTime(directory.resolve("file"), FileTime.fromMillis(1_000));
  }

  private static List<CopyOption[]> combinations() {
    List<CopyOption[]> all = new ArrayList<>();
    for (int bits = 0; bits < 1 << OPTIONS.length; bits++) {
      List<CopyOption> some = new ArrayList<>();
      for (int i = 0; i < OPTIONS.length; i++) {
        if ((bits & 1 << i) != 0) {
          some.add(OPTIONS[i]);
        }
      }
      all.add(some.toArray(new CopyOption[0]));
    }
    return all;
  }

  /** A copy or a move. */
  private interface Transport {
    Path of(Path source, Path target, CopyOption... options) throws Exception;
  }

  /** One of {@code share} of all ways, chosen at random. */
  private void someWays(int share, String what, Transport transport) throws Exception {
    long seed = Long.getLong("loomuring.seed", System.nanoTime());
    Random random = new Random(seed);
    for (CopyOption[] options : combinations()) {
      for (String source : SOURCES) {
        for (String target : TARGETS) {
          if (random.nextInt(share) == 0) {
            String way = source + " to " + target + " with " + Arrays.toString(options);
            same(
                what + " " + way + ", seed " + seed,
                SOME_MORE,
                d -> transport.of(d.resolve(source), d.resolve(target), options));
          }
        }
      }
    }
  }

  @Test
  void copiesWithSomeCombinationsOfOptions() throws Exception {
    someWays(10, "copy", Files::copy);
  }

  @Test
  void movesWithSomeCombinationsOfOptions() throws Exception {
    someWays(10, "move", Files::move);
  }

  @Test
  @Tag("long")
  void copiesAndMovesWithAllCombinationsOfOptions() throws Exception {
    someWays(1, "copy", Files::copy);
    someWays(1, "move", Files::move);
  }

  /** An option that nobody knows. */
  private enum Foreign implements CopyOption {
    OPTION
  }

  @Test
  void unknownOptionsAndNulls() throws Exception {
    for (CopyOption option : new CopyOption[] {Foreign.OPTION, null}) {
      Class<? extends Exception> expected =
          option == null ? NullPointerException.class : UnsupportedOperationException.class;
      fails(expected, SOME_MORE, d -> Files.copy(d.resolve("file"), d.resolve("new"), option));
      fails(expected, SOME_MORE, d -> Files.move(d.resolve("file"), d.resolve("new"), option));
    }
  }

  @Test
  void copiesKeepTimesIfTheyAreTo() throws Exception {
    returns(
        FileTime.fromMillis(1_000),
        SOME_MORE,
        d ->
            Files.getLastModifiedTime(
                Files.copy(
                    d.resolve("file"), d.resolve("new"), StandardCopyOption.COPY_ATTRIBUTES)));
  }

  @Test
  void copiesFromAndToStreams() throws Exception {
    returns(
        "content",
        FILE,
        d -> {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          assertThat(Files.copy(d.resolve("file"), out)).isEqualTo(7);
          return out.toByteArray();
        });
    returns(
        3L, EMPTY, d -> Files.copy(new ByteArrayInputStream("new".getBytes()), d.resolve("new")));
    fails(
        FileAlreadyExistsException.class,
        FILE,
        d -> Files.copy(new ByteArrayInputStream("new".getBytes()), d.resolve("file")));
    returns(
        3L,
        FILE,
        d ->
            Files.copy(
                new ByteArrayInputStream("new".getBytes()),
                d.resolve("file"),
                StandardCopyOption.REPLACE_EXISTING));
  }

  @Test
  void copiesAndMovesToThePlatformAndBack() throws Exception {
    for (Transport transport : List.<Transport>of(Files::copy, Files::move)) {
      for (String name : List.of("file", "empty", "missing")) {
        same(
            name + " to the platform",
            SOME_MORE,
            d -> transport.of(d.resolve(name), tree.resolve("new")));
        same(
            name + " from the platform",
            SOME_MORE,
            d -> transport.of(tree.resolve(name), d.resolve("new")));
      }
    }
  }

  @Test
  void copiesIntoAndOutOfZipFiles() throws Exception {
    returns(
        "content",
        FILE,
        directory -> {
          Path zip = directory.resolve("files.zip");
          try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Files.copy(directory.resolve("file"), inside.getPath("/copied"));
          }
          byte[] bytes;
          try (FileSystem inside = FileSystems.newFileSystem(zip)) {
            bytes = Files.readAllBytes(inside.getPath("/copied"));
            Files.move(inside.getPath("/copied"), directory.resolve("back"));
          }
          Files.delete(zip); // holds the time
          return bytes;
        });
    // By the URI, whose path is one of the default file system.
    does(
        FILE,
        directory -> {
          URI uri = URI.create("jar:file:" + tree + "/files.zip");
          try (FileSystem inside = FileSystems.newFileSystem(uri, Map.of("create", "true"))) {
            Files.copy(directory.resolve("file"), inside.getPath("/copied"));
          }
          Files.delete(directory.resolve("files.zip"));
        });
  }

  @Test
  void mismatchesAreFound() throws Exception {
    returns(0L, SOME_MORE, d -> Files.mismatch(d.resolve("file"), d.resolve("other")));
    returns(-1L, SOME_MORE, d -> Files.mismatch(d.resolve("file"), d.resolve("toFile")));
    same(SOME_MORE, d -> Files.mismatch(d.resolve("file"), d.resolve("missing")));
    returns(-1L, SOME_MORE, d -> Files.mismatch(d.resolve("file"), tree.resolve("file")));
  }
}
