package io.github.loomuring.environment;

import io.github.loomuring.support.Descriptors;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * In a child JVM: loads an application with the library, as a container does, runs it, takes it
 * away, and prints what is left of it. It knows no class of the library itself.
 *
 * <p>Arguments: a directory to work in; how often; and the class path of the application.
 */
final class Redeployment {
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private Redeployment() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    int times = Integer.parseInt(args[1]);
    List<URL> classPath = new ArrayList<>();
    for (String entry : args[2].split(":")) {
      classPath.add(Path.of(entry).toUri().toURL());
    }
    // What the JDK opens once and keeps, such as a directory of classes, is not the library's.
    deploy(classPath, directory.resolve("first"));
    Collection<Path> before = Descriptors.all().values();
    for (int i = 0; i < times; i++) {
      WeakReference<ClassLoader> loader = deploy(classPath, directory.resolve("run" + i));
      TryLibrary.say("unloaded", await(() -> isCollected(loader)));
    }
    TryLibrary.say("threadsEnded", await(() -> threads().isEmpty()) ? "" : threads());
    boolean same = await(() -> Descriptors.all().size() <= before.size());
    TryLibrary.say("descriptors", same ? "" : Descriptors.all().values() + " after " + before);
  }

  private static WeakReference<ClassLoader> deploy(List<URL> classPath, Path directory)
      throws Exception {
    Files.createDirectory(directory);
    Thread thread = Thread.currentThread();
    ClassLoader own = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      thread.setContextClassLoader(loader);
      Class<?> application = loader.loadClass(UseEverything.class.getName());
      application.getMethod("run", Path.class).invoke(null, directory);
      return new WeakReference<>(loader);
    } finally {
      thread.setContextClassLoader(own);
    }
  }

  private static boolean isCollected(WeakReference<ClassLoader> loader) {
    System.gc();
    return loader.refersTo(null);
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("loom-uring-"))
        .toList();
  }

  private static boolean await(Callable<Boolean> condition) throws Exception {
    long begun = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - begun > TIMEOUT_NANOS) {
        return false;
      }
      Thread.sleep(10);
    }
    return true;
  }
}
