package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Trees;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Random operations on two trees, by the JDK on one and by the subject on the other: results,
 * exceptions and trees stay equal. A run is named by its seed, which the failure's message has and
 * {@code -Dloomuring.seed} replays.
 */
abstract class TreeModelContract extends ProviderFixture {
  private static final int OPERATIONS = 1_500;
  private static final int LOOK_EVERY = 50;
  private static final String[] NAMES = {"a", "b", "c"};
  private static final CopyOption[] OPTIONS = {
    StandardCopyOption.REPLACE_EXISTING,
    StandardCopyOption.COPY_ATTRIBUTES,
    StandardCopyOption.ATOMIC_MOVE,
    NOFOLLOW
  };
  private static final StandardOpenOption[] OPEN_OPTIONS = {
    StandardOpenOption.CREATE,
    StandardOpenOption.CREATE_NEW,
    StandardOpenOption.APPEND,
    StandardOpenOption.TRUNCATE_EXISTING,
    StandardOpenOption.WRITE
  };

  @Test
  void treesStayEqual() throws Exception {
    long seed = Long.getLong("loomuring.seed", System.nanoTime());
    Path theirs = Files.createDirectories(temporary.resolve("theirs").resolve("x"));
    Path ours = Files.createDirectories(temporary.resolve("ours").resolve("x"));
    Random random = new Random(seed);
    for (int i = 0; i < OPERATIONS; i++) {
      long operation = random.nextLong();
      String what = "seed " + seed + ", operation " + i;
      String expected = run(Subject.JDK, operation, theirs);
      String actual = run(subject(), operation, ours);
      assertThat(actual).as(what).isEqualTo(expected);
      if (i % LOOK_EVERY == 0) {
        assertThat(Trees.look(ours)).as(what).isEqualTo(Trees.look(theirs));
      }
    }
    assertThat(Trees.look(ours)).as("seed %s", seed).isEqualTo(Trees.look(theirs));
  }

  private String run(Subject some, long operation, Path top) throws Exception {
    Path directory = some.path(uring, top);
    return some.call(
        () -> {
          try {
            return "" + one(new Random(operation), directory);
          } catch (FileSystemException e) {
            return e.getClass().getSimpleName()
                + without(top, e.getFile())
                + without(top, e.getOtherFile());
          } catch (IOException | RuntimeException e) {
            return e.getClass().getName();
          }
        });
  }

  private static String without(Path top, String file) {
    return " " + (file == null ? null : file.replace(top.toString(), ""));
  }

  private static Object one(Random random, Path top) throws IOException {
    Path path = path(random, top);
    Path other = path(random, top);
    return switch (random.nextInt(17)) {
      case 0, 1 -> Files.createDirectory(path).getNameCount() > 0;
      case 2 -> Files.createDirectories(path).getNameCount() > 0;
      case 3, 4 -> write(random, path);
      case 5 -> Files.deleteIfExists(path);
      case 6 -> {
        Files.delete(path);
        yield "deleted";
      }
      case 7 -> Files.copy(path, other, some(random, OPTIONS)) == other;
      // Into itself: the platform removes the target before the move fails.
      case 8, 9 ->
          !other.startsWith(path) && Files.move(path, other, some(random, OPTIONS)) == other;
      case 10 -> Files.createSymbolicLink(path, path.getFileSystem().getPath(NAMES[0])) == path;
      case 11 -> Files.createLink(path, other) == path;
      case 12 -> Files.readSymbolicLink(path);
      case 13 -> Files.exists(path) + " " + Files.isDirectory(path, NOFOLLOW);
      case 14 -> attributes(path);
      case 15 -> Files.isSameFile(path, other);
      default -> list(path);
    };
  }

  private static Path path(Random random, Path top) {
    Path path = top;
    for (int depth = 1 + random.nextInt(3); depth > 0; depth--) {
      path = path.resolve(NAMES[random.nextInt(NAMES.length)]);
    }
    return path;
  }

  private static <T> T[] some(Random random, T[] all) {
    return Stream.of(all)
        .filter(_ -> random.nextInt(3) == 0)
        .toArray(n -> java.util.Arrays.copyOf(all, n));
  }

  private static Object write(Random random, Path path) throws IOException {
    byte[] bytes = new byte[random.nextInt(20)];
    java.util.Arrays.fill(bytes, (byte) ('a' + random.nextInt(26)));
    Files.write(path, bytes, some(random, OPEN_OPTIONS));
    return Files.readString(path);
  }

  private static Object attributes(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return (attributes.isRegularFile() ? "size " + attributes.size() : "no file")
        + attributes.isDirectory()
        + PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static Object list(Path path) throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
