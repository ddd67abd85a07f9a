package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import io.github.loomuring.nio.UringFileChannel;
import io.github.loomuring.nio.UringFileSystem;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.LeakCheck;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a program that this process starts finds open. The JDK's own start of processes closes all
 * descriptors in the child; a native library's fork and exec leave those that are not O_CLOEXEC.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InheritedDescriptorsTest {
  @TempDir Path directory;

  /** What a child has open that was started by system(3). */
  @SuppressWarnings("restricted")
  private List<String> inherited() throws Throwable {
    Path list = directory.toRealPath().resolve("list");
    Linker linker = Linker.nativeLinker();
    var system =
        linker.downcallHandle(
            linker.defaultLookup().find("system").orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      int status =
          (int) system.invokeExact(arena.allocateFrom("ls -l /proc/self/fd > '" + list + "'"));
      assertThat(status).isZero();
    }
    return Files.readAllLines(list).stream()
        .map(line -> line.substring(line.indexOf("-> ") + 3))
        .filter(target -> !target.equals(list.toString()))
        .toList();
  }

  private long count(Path path) throws Throwable {
    String real = path.toRealPath().toString();
    return inherited().stream().filter(real::equals).count();
  }

  @Test
  void nothingThatTheLibraryOpensIsInherited() throws Throwable {
    Path path = Files.writeString(directory.resolve("file"), "0123456789");
    try (Uring uring = Engines.RING.open();
        UringFile file = uring.openFile(path, READ, WRITE);
        DirectoryStream<Path> stream =
            Files.newDirectoryStream(UringFileSystem.of(uring, directory))) {
      // The stream's own descriptor is the platform's; that of its files is the ring's.
      SecureDirectoryStream<Path> secure = (SecureDirectoryStream<Path>) stream;
      Path name = path.getFileSystem().getPath("file");
      Path ours = UringFileSystem.of(uring, name);
      try (var channel = secure.newByteChannel(ours, Set.of(READ))) {
        assertThat(channel.isOpen()).isTrue();
        assertThat(file.isOpen()).isTrue();
        assertThat(inherited())
            .doesNotContain(path.toRealPath().toString())
            .noneMatch(target -> target.contains("io_uring") || target.contains("eventpoll"));
        assertThat(count(directory)).isOne();
      }
    }
  }

  /** Documented: mappings and locks need a channel of the JDK's, which does not ask for more. */
  @Test
  void whatTheJdkOpensForMappingsAndLocksIsInheritedAsTheJdksOwn() throws Throwable {
    Path path = Files.writeString(directory.resolve("file"), "0123456789");
    Path other = Files.writeString(directory.resolve("other"), "0123456789");
    try (Uring uring = Engines.RING.open();
        FileChannel theirs = FileChannel.open(other);
        UringFileChannel channel = UringFileChannel.open(uring, path, Set.of(READ, WRITE))) {
      assertThat(count(path)).isZero();
      assertThat(channel.lock().isValid()).isTrue();
      assertThat(count(path)).isOne();
      assertThat(theirs.isOpen()).isTrue();
      assertThat(count(other)).isOne();
      assertThat(Commands.succeed("ls", "-l", "/proc/self/fd"))
          .doesNotContain(path.toRealPath().toString(), other.toRealPath().toString());
    }
    assertThat(count(path)).isZero();
  }
}
