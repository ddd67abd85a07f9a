package io.github.loomuring;

import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.LeakCheck;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The static methods do what those of the shared ring's files do. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UringFilesTest {
  @TempDir Path directory;

  @Test
  void filesAreWrittenAndRead() throws Exception {
    Path file = UringFiles.write(directory.resolve("file"), new byte[] {'a'});
    UringFiles.writeString(file, "b", StandardOpenOption.APPEND);
    UringFiles.writeString(file, "c", StandardCharsets.US_ASCII, StandardOpenOption.APPEND);
    assertThat(UringFiles.readString(file)).isEqualTo("abc");
    assertThat(UringFiles.readString(file, StandardCharsets.ISO_8859_1)).isEqualTo("abc");
    assertThat(UringFiles.readAllBytes(file)).containsExactly('a', 'b', 'c');
    assertThat(UringFiles.size(file)).isEqualTo(3);
    assertThat(UringFiles.attributes(file).isRegularFile()).isTrue();
    assertThat(UringFiles.exists(file)).isTrue();
    FileTime time = FileTime.fromMillis(1_234_567_890_123L);
    assertThat(UringFiles.setTimes(file, time, null)).isSameAs(file);
    assertThat(UringFiles.setPermissions(file, Set.of(OWNER_WRITE))).isSameAs(file);
    assertThat(UringFiles.attributes(file).lastModifiedTime()).isEqualTo(time);
    assertThat(UringFiles.attributes(file).permissions()).containsExactly(OWNER_WRITE);
  }

  /** Names, parameters, results and exceptions of the methods that a class makes public. */
  private static Set<String> methods(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .map(Method::toGenericString)
        .map(text -> text.replace("static ", "").replace(type.getName() + ".", ""))
        .collect(Collectors.toSet());
  }

  @Test
  void everyOperationHasAStaticMethod() {
    assertThat(methods(UringFiles.class)).isEqualTo(methods(FileOperations.class));
  }

  @Test
  void namesAreMadeMovedAndRemoved() throws Exception {
    Path one = UringFiles.createDirectory(directory.resolve("one"));
    Path two = UringFiles.createDirectories(one.resolve("a/two"));
    Path file = UringFiles.writeString(two.resolve("file"), "content");
    Path link = UringFiles.createSymbolicLink(one.resolve("link"), Path.of("a/two/copy"));
    assertThat(UringFiles.readSymbolicLink(link)).isEqualTo(Path.of("a/two/copy"));
    Path copy = UringFiles.copy(file, two.resolve("copy"));
    Path second = UringFiles.createLink(one.resolve("second"), file);
    Path moved = UringFiles.move(file, one.resolve("moved"));
    assertThat(UringFiles.list(one))
        .containsExactlyInAnyOrderElementsOf(List.of(one.resolve("a"), link, second, moved));
    assertThat(UringFiles.readString(link)).isEqualTo("content");
    UringFiles.delete(copy);
    assertThat(UringFiles.exists(link)).isFalse();
    assertThat(UringFiles.deleteIfExists(copy)).isFalse();
    assertThat(UringFiles.deleteIfExists(link)).isTrue();
  }

  @Test
  void namesAreExchanged() throws Exception {
    Assumptions.assumeTrue(Uring.shared().isRing(), "the pool exchanges nothing");
    Path one = UringFiles.writeString(directory.resolve("one"), "1");
    Path other = UringFiles.writeString(directory.resolve("other"), "2");
    UringFiles.exchange(one, other);
    assertThat(one).hasContent("2");
    assertThat(other).hasContent("1");
  }
}
