package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever the JDK adds to its interfaces has to be decided on: overridden, or named here. */
class SpiCompletenessTest {
  @Test
  void everyMethodOfTheProviderIsDecided() {
    // There is no file system in a file here: the JDK asks the next provider.
    assertInherited(
        FileSystemProvider.class, UringFileSystemProvider.class, "newFileSystem(Path,Map)");
  }

  @Test
  void everyMethodOfTheFileSystemIsDecided() {
    assertInherited(FileSystem.class, UringFileSystem.class);
  }

  @Test
  void everyMethodOfPathsIsDecided() {
    // All of these are made of other methods of the path.
    assertInherited(
        Path.class,
        UringPath.class,
        "endsWith(String)",
        "iterator()",
        "register(WatchService,Kind[])",
        "resolve(Path,Path[])",
        "resolve(String,String[])",
        "resolveSibling(Path)",
        "resolveSibling(String)",
        "startsWith(String)",
        "forEach(Consumer)",
        "spliterator()");
  }

  @Test
  void everyMethodOfWhatTheyMakeIsDecided() {
    assertInherited(FileStore.class, UringFileStore.class);
    assertInherited(UserPrincipalLookupService.class, UringUserPrincipalLookupService.class);
    assertInherited(WatchService.class, UringWatchService.class);
    assertInherited(
        DirectoryStream.class, UringDirectoryStream.class, "forEach(Consumer)", "spliterator()");
    assertInherited(
        SecureDirectoryStream.class,
        UringSecureDirectoryStream.class,
        "forEach(Consumer)",
        "spliterator()");
    for (Class<?> nested : UringWatchService.class.getDeclaredClasses()) {
      if (WatchKey.class.isAssignableFrom(nested)) {
        assertInherited(WatchKey.class, nested);
      }
    }
  }

  /** What interrupts must not end has no method that it leaves to the class of the JDK. */
  @Test
  void everyMethodOfChannelsIsDecided() {
    assertInherited(FileChannel.class, UninterruptibleChannel.class);
  }

  private static void assertInherited(Class<?> type, Class<?> ours, String... inherited) {
    Set<String> left = new TreeSet<>();
    for (Method method : type.getMethods()) {
      int modifiers = method.getModifiers();
      if (Modifier.isStatic(modifiers)
          || Modifier.isFinal(modifiers)
          || method.isBridge()
          || method.getDeclaringClass() == Object.class) {
        continue;
      }
      if (!declares(ours, method)) {
        left.add(signature(method));
      }
    }
    assertThat(left).as("%s", ours).isEqualTo(new TreeSet<>(Set.of(inherited)));
  }

  private static boolean declares(Class<?> ours, Method method) {
    return Arrays.stream(ours.getDeclaredMethods())
        .anyMatch(
            own ->
                own.getName().equals(method.getName())
                    && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
  }

  private static String signature(Method method) {
    StringBuilder text = new StringBuilder(method.getName()).append('(');
    String separator = "";
    for (Class<?> parameter : method.getParameterTypes()) {
      text.append(separator).append(parameter.getSimpleName());
      separator = ",";
    }
    return text.append(')').toString();
  }
}
