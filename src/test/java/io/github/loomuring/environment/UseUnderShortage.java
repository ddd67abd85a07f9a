package io.github.loomuring.environment;

import io.github.loomuring.Uring;
import io.github.loomuring.UringFile;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * In a child JVM: uses the library for the first time while something has run out, and again when
 * there is enough of it.
 *
 * <p>Arguments: what runs out; a file to read; a directory to work in.
 */
final class UseUnderShortage {
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int THREADS_MAX = 20_000;

  private static int overflows;

  private UseUnderShortage() {}

  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[1]);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.read(ByteBuffer.allocate(10)); // has the JDK load what it needs itself
    }
    String first =
        switch (args[0]) {
          case "threads" -> withoutThreads(file);
          case "descriptors" -> withoutDescriptors(file);
          case "direct" -> withoutDirectMemory(file);
          case "heap" -> withoutHeap(file);
          case "stack" -> withoutStack(file);
          default -> throw new IllegalArgumentException(args[0]);
        };
    TryLibrary.say("first", first);
    TryLibrary.say("second", read(file));
    checkAgreement();
    awaitRing();
    checkAgreement();
    TryLibrary.say("ring", Uring.shared().isRing());
    RoundTrip.onVirtualThread(Uring.shared(), Path.of(args[2]));
    TryLibrary.say("files", "ok");
  }

  private static String read(Path path) {
    try (UringFile file = UringFile.open(path)) {
      return "works: " + file.size();
    } catch (IOException | RuntimeException | Error e) {
      return e.toString();
    }
  }

  /** It may change between two looks. */
  private static void checkAgreement() {
    boolean before = Uring.available();
    boolean ring = Uring.shared().isRing();
    boolean after = Uring.unavailableReason().isEmpty();
    RoundTrip.check(before == ring || after == ring, "ring=" + ring + ", available=" + before);
  }

  private static void awaitRing() throws InterruptedException {
    long begun = System.nanoTime();
    while (!Uring.available() && System.nanoTime() - begun < TIMEOUT_NANOS) {
      Thread.sleep(10);
    }
  }

  private static String withoutThreads(Path file) throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    try {
      while (threads.size() < THREADS_MAX) {
        threads.add(Thread.ofPlatform().daemon().start(() -> await(end)));
      }
      return "threads do not run out";
    } catch (OutOfMemoryError e) {
      return read(file);
    } finally {
      end.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String withoutDescriptors(Path file) throws IOException {
    List<FileInputStream> open = new ArrayList<>();
    try {
      for (; ; ) {
        try {
          open.add(new FileInputStream(file.toFile()));
        } catch (IOException e) {
          return read(file);
        }
      }
    } finally {
      for (FileInputStream each : open) {
        each.close();
      }
    }
  }

  /** The rest is what the JVM has been given. */
  private static String withoutDirectMemory(Path file) {
    List<ByteBuffer> taken = new ArrayList<>();
    try {
      // Few sizes: the JDK waits for half a second before it refuses one. The last one is 1 byte.
      for (int bytes = 1 << 20; bytes > 0; bytes /= 16) {
        takeAll(taken, bytes);
      }
      return read(file);
    } finally {
      taken.clear();
      System.gc(); // which gives direct memory back, some time
    }
  }

  private static void takeAll(List<ByteBuffer> taken, int bytes) {
    try {
      for (; ; ) {
        taken.add(ByteBuffer.allocateDirect(bytes));
      }
    } catch (OutOfMemoryError e) {
      return; // there is not so much left
    }
  }

  private static String withoutHeap(Path file) {
    Deque<byte[]> taken = new ArrayDeque<>(1 << 16);
    try {
      for (int bytes = 1 << 20; bytes > 1 << 12; bytes /= 2) {
        takeAll(taken, bytes);
      }
      return read(file);
    } finally {
      taken.clear();
    }
  }

  private static void takeAll(Deque<byte[]> taken, int bytes) {
    try {
      for (; ; ) {
        taken.add(new byte[bytes]);
      }
    } catch (OutOfMemoryError e) {
      return; // there is not so much left
    }
  }

  /** Loading a class where the stack ends breaks the JDK itself; so that is done before. */
  private static String withoutStack(Path file) throws Exception {
    loadTheLibrary();
    try {
      return deepen(file, Integer.MAX_VALUE);
    } catch (StackOverflowError e) {
      return overflows + " overflows, then " + e;
    }
  }

  private static void loadTheLibrary() throws IOException, ClassNotFoundException {
    ClassLoader loader = UseUnderShortage.class.getClassLoader();
    String jar = loader.getResource("io/github/loomuring/Uring.class").getPath();
    try (JarFile classes = new JarFile(jar.substring("file:".length(), jar.indexOf('!')))) {
      for (JarEntry entry : Collections.list(classes.entries())) {
        String name = entry.getName();
        if (name.startsWith("io/") && name.endsWith(".class")) {
          String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
          Class.forName(type, false, loader);
        }
      }
    }
  }

  /** Tries at every depth from the deepest up, as one who catches errors and goes on does. */
  private static String deepen(Path file, int calls) {
    try {
      return calls == 0 ? "no overflow" : deepen(file, calls - 1);
    } catch (StackOverflowError e) {
      String result = read(file);
      if (result.startsWith(StackOverflowError.class.getName())) {
        overflows++;
        throw e; // one call less deep, once more
      }
      return result;
    }
  }
}
