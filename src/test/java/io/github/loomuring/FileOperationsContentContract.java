package io.github.loomuring;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.loomuring.support.AsTheJdk;
import io.github.loomuring.support.ExtendedOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.MalformedInputException;
import java.nio.charset.UnmappableCharacterException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading and writing whole files: the same as {@link Files} does. */
abstract class FileOperationsContentContract extends FileOperationsFixture {
  private static final int MIB = 1 << 20;

  /** Those that {@code Files.write} takes, and one that it does not; each set of them is tried. */
  private static final List<OpenOption> WRITE_OPTIONS =
      List.of(
          READ, WRITE, APPEND, TRUNCATE_EXISTING, CREATE, CREATE_NEW, DELETE_ON_CLOSE, NOFOLLOW);

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  // ---- reading

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8_191, 8_192, 8_193, 65_536, MIB - 1, MIB, MIB + 1, 3 * MIB + 7})
  void allBytesAreReadWhateverTheirNumber(int length) throws IOException {
    Path path = Files.write(temporary.resolve("file"), bytes(length));
    assertThat(files.readAllBytes(path)).isEqualTo(bytes(length));
    assertThat(files.readAllBytes(path)).isEqualTo(bytes(length));
    assertThat(files.size(path)).isEqualTo(length);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8_191, 8_192, 8_193, 65_536, MIB - 1, MIB, MIB + 1, 3 * MIB + 7})
  void allBytesAreWrittenWhateverTheirNumber(int length) throws IOException {
    Path path = temporary.resolve("file");
    assertThat(files.write(path, bytes(length))).isEqualTo(path);
    assertThat(path).hasBinaryContent(bytes(length));
    files.write(path, bytes(3), APPEND);
    byte[] both = Arrays.copyOf(bytes(length), length + 3);
    System.arraycopy(bytes(3), 0, both, length, 3);
    assertThat(path).hasBinaryContent(both);
    files.write(path, bytes(5));
    assertThat(path).hasBinaryContent(bytes(5));
  }

  @Test
  void filesThatDoNotSayTheirSizeAreReadToTheirEnd() throws IOException {
    assertThat(files.readString(Path.of("/proc/version")))
        .isEqualTo(Files.readString(Path.of("/proc/version")));
    assertThat(files.readString(Path.of("/proc/self/status")))
        .startsWith("Name:")
        .contains("\nUmask:")
        .contains("\nnonvoluntary_ctxt_switches:")
        .endsWith("\n");
    assertThat(files.readString(Path.of("/proc/self/maps"))).hasSizeGreaterThan(9_000);
    assertThat(files.readAllBytes(Path.of("/dev/null"))).isEmpty();
    assertThat(files.size(Path.of("/proc/version"))).isZero();
  }

  @Test
  void fileThatDoesNotFitAnArrayIsRefused() throws IOException {
    Path path = temporary.resolve("sparse");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(3L << 30);
    }
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(() -> files.readAllBytes(path), () -> files.readString(path))) {
      if (files.isJdk()) {
        assertThatThrownBy(call).isInstanceOf(OutOfMemoryError.class);
      } else {
        assertThatThrownBy(call)
            .isInstanceOf(FileSystemException.class)
            .hasMessageStartingWith(path + ": ")
            .hasMessageContaining("size=3221225472 bytes");
      }
    }
    assertThat(files.size(path)).isEqualTo(3L << 30);
  }

  @Test
  void whatCannotBeReadIsReported() throws Exception {
    for (String name : List.of("missing", "missing/x", "toNothing")) {
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.readAllBytes(d.resolve(name)));
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.readString(d.resolve(name)));
    }
    for (UnaryOperator<Path> of : FileOperationsContract.badPaths()) {
      jdk.same(FileOperationsFixture::links, (f, d) -> f.readAllBytes(of.apply(d)));
    }
    jdk.same(FileOperationsFixture::links, (f, d) -> f.readAllBytes(d.resolve("one")));
    for (String name : List.of("full", "empty", "toFull")) {
      jdk.same(FileOperationsFixture::links, (f, d) -> f.readAllBytes(d.resolve(name)));
      assertThatThrownBy(() -> files.readAllBytes(temporary)).isInstanceOf(IOException.class);
    }
    jdk.same(FileOperationsFixture::empty, (f, d) -> f.readAllBytes(Path.of("")));
  }

  // ---- writing

  /** What is there before the write. */
  enum Before {
    FILE,
    NOTHING,
    LINK_TO_FILE,
    LINK_TO_NOTHING,
    DIRECTORY;

    void in(Path directory) throws IOException {
      Path path = directory.resolve("path");
      switch (this) {
        case FILE -> Files.writeString(path, "some content");
        case NOTHING -> {}
        case LINK_TO_FILE -> {
          link(directory, "path", "target");
          Files.writeString(directory.resolve("target"), "some content");
        }
        case LINK_TO_NOTHING -> link(directory, "path", "target");
        case DIRECTORY -> Files.createDirectory(path);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCombinationOfOptionsWritesWhatTheJdkWrites(Before before) throws Exception {
    for (int bits = 0; bits < 1 << WRITE_OPTIONS.size(); bits++) {
      List<OpenOption> set = new ArrayList<>();
      for (int i = 0; i < WRITE_OPTIONS.size(); i++) {
        if ((bits >> i & 1) != 0) {
          set.add(WRITE_OPTIONS.get(i));
        }
      }
      OpenOption[] options = set.toArray(new OpenOption[0]);
      jdk.same(before::in, (f, d) -> f.write(d.resolve("path"), "-new-".getBytes(UTF_8), options));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SPARSE", "SYNC", "DSYNC"})
  void fileWrittenSoHasTheBytes(StandardOpenOption option) throws Exception {
    jdk.does(
        FileOperationsFixture::file,
        (f, d) -> f.write(d.resolve("new"), bytes(90), option, CREATE_NEW));
    jdk.does(FileOperationsFixture::file, (f, d) -> f.write(d.resolve("file"), bytes(3), option));
    jdk.fails(
        NoSuchFileException.class,
        FileOperationsFixture::file,
        (f, d) -> f.write(d.resolve("new"), bytes(3), option));
  }

  @Test
  void writingNothingCreatesOrCutsTheFile() throws Exception {
    assertThat(
            jdk.does(
                FileOperationsFixture::file, (f, d) -> f.write(d.resolve("file"), new byte[0])))
        .hasEntrySatisfying("file", what -> assertThat(what).endsWith(": "));
    assertThat(jdk.does(FileOperationsFixture::file, (f, d) -> f.writeString(d.resolve("new"), "")))
        .containsKey("new");
  }

  @Test
  void whatCannotBeWrittenIsReported() throws Exception {
    for (String name : List.of("missing/new", "toNothing/new")) {
      jdk.fails(
          NoSuchFileException.class,
          FileOperationsFixture::links,
          (f, d) -> f.write(d.resolve(name), new byte[1]));
    }
    for (String name : List.of("full", "file/x", "one", "toFull")) {
      jdk.fails(
          FileSystemException.class,
          FileOperationsFixture::links,
          (f, d) -> f.write(d.resolve(name), new byte[1]));
    }
    for (String name : List.of("file", "full", "toFile", "toNothing")) {
      jdk.fails(
          FileAlreadyExistsException.class,
          FileOperationsFixture::links,
          (f, d) -> f.write(d.resolve(name), new byte[1], CREATE_NEW));
    }
    for (UnaryOperator<Path> of : FileOperationsContract.badPaths()) {
      jdk.fails(
          FileSystemException.class,
          FileOperationsFixture::links,
          (f, d) -> f.write(of.apply(d), new byte[1]));
    }
    assertThatThrownBy(() -> files.write(Path.of("/dev/full"), new byte[1], WRITE))
        .isInstanceOf(IOException.class);
  }

  @Test
  void optionThatNoWriteHasIsRefused() throws Exception {
    jdk.fails(
        UnsupportedOperationException.class,
        FileOperationsFixture::file,
        (f, d) -> f.write(d.resolve("file"), new byte[1], ExtendedOptions.NOSHARE_READ));
    jdk.fails(
        IllegalArgumentException.class,
        FileOperationsFixture::file,
        (f, d) -> f.writeString(d.resolve("file"), "x", READ));
  }

  // ---- text

  @Test
  void textIsWrittenAndReadInItsCharset() throws Exception {
    String text = "Grüße, 日本, 😀\r\n\0";
    for (Charset charset : List.of(UTF_8, UTF_16, Charset.forName("GB18030"))) {
      jdk.returns(
          text,
          FileOperationsFixture::empty,
          (f, d) ->
              f.readString(
                  f.writeString(d.resolve("new"), new StringBuilder(text), charset), charset));
    }
    jdk.returns(
        text,
        FileOperationsFixture::empty,
        (f, d) -> f.readString(f.writeString(d.resolve("new"), text)));
    jdk.returns(
        "firstsecond",
        FileOperationsFixture::empty,
        (f, d) -> {
          f.writeString(d.resolve("new"), "first", ISO_8859_1, CREATE_NEW);
          return f.readString(f.writeString(d.resolve("new"), "second", APPEND), US_ASCII);
        });
    jdk.same(
        FileOperationsFixture::empty,
        (f, d) -> f.readAllBytes(f.writeString(d.resolve("new"), text, UTF_16)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff", "c3", "c328", "eda080", "f4908080", "616263e697", "c080"})
  void bytesThatAreNoTextAreReported(String hex) throws Exception {
    AsTheJdk.Setup setup =
        d -> Files.write(d.resolve("file"), java.util.HexFormat.of().parseHex(hex));
    jdk.fails(MalformedInputException.class, setup, (f, d) -> f.readString(d.resolve("file")));
    jdk.same(setup, (f, d) -> f.readString(d.resolve("file"), US_ASCII));
    jdk.same(setup, (f, d) -> f.readString(d.resolve("file"), UTF_16));
    jdk.does(setup, (f, d) -> f.readString(d.resolve("file"), ISO_8859_1));
  }

  @Test
  void textThatTheCharsetDoesNotHaveIsNotWritten() throws Exception {
    for (String text : List.of("\uD800", "a\uDC00b", "\uD83Dx")) {
      AsTheJdk.Outcome outcome =
          jdk.same(FileOperationsFixture::file, (f, d) -> f.writeString(d.resolve("file"), text));
      assertThat(outcome.failure()).isInstanceOf(CharacterCodingException.class);
      assertThat(outcome.tree().get("file")).endsWith(": content");
      jdk.same(FileOperationsFixture::file, (f, d) -> f.writeString(d.resolve("new"), text));
    }
    jdk.fails(
        UnmappableCharacterException.class,
        FileOperationsFixture::file,
        (f, d) -> f.writeString(d.resolve("file"), "日本", ISO_8859_1));
    jdk.fails(
        UnmappableCharacterException.class,
        FileOperationsFixture::file,
        (f, d) -> f.writeString(d.resolve("file"), "ä", US_ASCII));
  }
}
