package io.github.loomuring.internal.spi;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.loomuring.support.ExtendedOptions;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules by which the JDK's channels take options. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OpenSpecTest {
  @TempDir Path directory;

  private static OpenSpec of(OpenOption... options) {
    return OpenSpec.of(options);
  }

  @Test
  void nothingMeansReading() {
    OpenSpec spec = of();
    assertThat(spec.read()).isTrue();
    assertThat(spec.write()).isFalse();
    assertThat(spec.mode()).isEqualTo(0666);
  }

  @Test
  void eachOptionIsTaken() {
    assertThat(of(WRITE)).matches(s -> s.write() && !s.read());
    assertThat(of(READ, WRITE)).matches(s -> s.write() && s.read());
    assertThat(of(APPEND)).matches(s -> s.write() && s.append() && !s.read());
    assertThat(of(WRITE, CREATE)).matches(OpenSpec::create);
    assertThat(of(WRITE, CREATE_NEW)).matches(OpenSpec::createNew);
    assertThat(of(WRITE, TRUNCATE_EXISTING)).matches(OpenSpec::truncateExisting);
    assertThat(of(DELETE_ON_CLOSE)).matches(OpenSpec::deleteOnClose);
    assertThat(of(SYNC)).matches(OpenSpec::sync);
    assertThat(of(DSYNC)).matches(OpenSpec::dsync);
    assertThat(of(LinkOption.NOFOLLOW_LINKS)).matches(OpenSpec::noFollowLinks);
    assertThat(of(ExtendedOptions.DIRECT)).matches(OpenSpec::direct);
    assertThat(of(SPARSE)).matches(s -> s.read() && !s.write());
  }

  @Test
  void whatNeedsWritingIsIgnoredWithoutIt() {
    OpenSpec spec = of(READ, CREATE, CREATE_NEW, TRUNCATE_EXISTING);
    assertThat(spec.create()).isFalse();
    assertThat(spec.createNew()).isFalse();
    assertThat(spec.truncateExisting()).isFalse();
  }

  /** Every set of the standard options is accepted and refused as FileChannel does. */
  @Test
  void contradictionsAreThoseOfTheJdk() throws Exception {
    StandardOpenOption[] all = StandardOpenOption.values();
    for (int bits = 0; bits < 1 << all.length; bits++) {
      Set<OpenOption> options = new HashSet<>();
      for (int i = 0; i < all.length; i++) {
        if ((bits & 1 << i) != 0) {
          options.add(all[i]);
        }
      }
      assertThat(refusal(() -> OpenSpec.of(options)))
          .as("%s", options)
          .isEqualTo(refusal(() -> open(options)));
    }
  }

  private void open(Set<OpenOption> options) {
    // In a directory that is not there: what is not refused fails without making a file.
    try (FileChannel channel = FileChannel.open(directory.resolve("none/file"), options)) {
      throw new AssertionError(channel + " is open");
    } catch (NoSuchFileException e) {
      // accepted
    } catch (FileSystemException e) {
      throw new AssertionError(e);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String refusal(Runnable work) {
    try {
      work.run();
      return "none";
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      return e.toString();
    }
  }

  @Test
  void unknownOptionsAreRefusedByName() {
    OpenOption strange =
        new OpenOption() {
          @Override
          public String toString() {
            return "STRANGE";
          }
        };
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> of(strange))
        .withMessage("option=STRANGE is not supported");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> of(ExtendedOptions.NOSHARE_READ));
  }

  @Test
  void nullsAreRefused() {
    assertThatNullPointerException().isThrownBy(() -> OpenSpec.of((OpenOption[]) null));
    assertThatNullPointerException().isThrownBy(() -> OpenSpec.of(READ, null));
    Set<OpenOption> withNull = new HashSet<>();
    withNull.add(null);
    assertThatNullPointerException().isThrownBy(() -> OpenSpec.of(withNull));
    assertThatNullPointerException()
        .isThrownBy(() -> OpenSpec.of(Set.of(), new FileAttribute<?>[] {null}));
    assertThatIllegalArgumentException().isThrownBy(() -> of(READ, APPEND));
  }

  @ParameterizedTest
  @CsvSource({"rwxr-x--x, 0751", "---------, 0", "rwxrwxrwx, 0777", "r---w---x, 0421"})
  void permissionsAreTheMode(String permissions, String octal) {
    FileAttribute<?> attribute =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    OpenSpec spec = OpenSpec.of(Set.of(WRITE, CREATE), attribute);
    assertThat(spec.mode()).isEqualTo(Integer.parseInt(octal, 8));
  }

  @Test
  void otherAttributesAreRefused() {
    FileAttribute<String> owner =
        new FileAttribute<>() {
          @Override
          public String name() {
            return "owner:owner";
          }

          @Override
          public String value() {
            return "root";
          }
        };
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> OpenSpec.of(Set.of(WRITE), owner))
        .withMessage("'owner:owner' not supported as initial attribute");
  }
}
