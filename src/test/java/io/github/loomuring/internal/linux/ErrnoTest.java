package io.github.loomuring.internal.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, texts and exceptions. That the numbers are right, {@link LayoutTest} asks a compiler. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ErrnoTest {
  @ParameterizedTest
  @CsvSource({
    "ENOENT, java.nio.file.NoSuchFileException",
    "EACCES, java.nio.file.AccessDeniedException",
    "EEXIST, java.nio.file.FileAlreadyExistsException"
  })
  void commonErrorsAreTheExceptionsOfTheJdk(Errno errno, Class<?> type) {
    FileSystemException e = Errno.exception(errno.negated(), "some/path", "open");
    assertThat(e).isExactlyInstanceOf(type).hasMessage("some/path");
    assertThat(e.getFile()).isEqualTo("some/path");
  }

  @ParameterizedTest
  @EnumSource
  void everyErrorCarriesItsFile(Errno errno) {
    FileSystemException e = Errno.exception(errno.negated(), "some/path", "write at offset=7");
    assertThat(e.getFile()).isEqualTo("some/path");
    assertThat(e.getMessage()).contains("some/path");
    boolean namedByType =
        e instanceof NoSuchFileException
            || e instanceof AccessDeniedException
            || e instanceof FileAlreadyExistsException;
    if (!namedByType) {
      assertThat(e.getMessage()).contains("write at offset=7", errno.name() + " (");
    }
  }

  @Test
  void loopHasItsTypeAndItsReason() {
    assertThat(Errno.exception(Errno.ELOOP.negated(), "a", "open"))
        .isInstanceOf(FileSystemLoopException.class)
        .hasMessage("a: open: ELOOP (Too many levels of symbolic links)");
  }

  @Test
  void descriptorLimitNamesItsRemedy() {
    assertThat(Errno.exception(Errno.EMFILE.negated(), "a", "open"))
        .hasMessageContaining("RLIMIT_NOFILE")
        .hasMessageContaining("ulimit -n");
  }

  @ParameterizedTest
  @CsvSource({
    "-28, ENOSPC (No space left on device)",
    "-512, 'ERESTARTSYS (Interrupted, to be restarted)'",
    "-3, errno 3",
    "-515, errno 515",
    "-517, errno 517",
    "-100000, errno 100000",
    "0, errno 0",
    "5, errno -5"
  })
  void descriptionIsNameAndTextOrTheNumber(int result, String description) {
    assertThat(Errno.describe(result)).isEqualTo(description);
  }

  @ParameterizedTest
  @EnumSource
  void errorRecognisesItself(Errno errno) {
    assertThat(errno.is(errno.negated())).isTrue();
    assertThat(errno.is(errno.number())).isFalse();
    assertThat(Arrays.stream(Errno.values()).filter(e -> e.is(errno.negated())))
        .containsExactly(errno);
  }

  @ParameterizedTest
  @ValueSource(ints = {-125, -4, -512, -513, -514, -516})
  void cancelledOrInterrupted(int result) {
    assertThat(Errno.isCancelled(result)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 125, 512, -1, -5, -11, -126, -511, -515, -517})
  void neitherCancelledNorInterrupted(int result) {
    assertThat(Errno.isCancelled(result)).isFalse();
  }
}
