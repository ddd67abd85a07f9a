package io.github.loomuring.support;

import io.github.loomuring.Uring;
import io.github.loomuring.internal.op.RingEngine;
import io.github.loomuring.internal.schedule.Offload;
import io.github.loomuring.internal.spi.Engine;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves more behind than it found: a descriptor, a thread of the library,
 * a mapping of a ring, or a slot of the shared ring.
 *
 * <p>The shared {@link Uring}, and what the JDK opens once and keeps, are warmed up before and so
 * do not count. What ends by itself, a little later, is waited for.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(LeakCheck.class);

  private static final Pattern RING_OF_THREADS = Pattern.compile("loom-uring-pool-ring[0-9]+-");

  /** Names of the threads of the shared Uring's pools start so. They end when idle; see Offload. */
  private static final Set<String> SHARED_POOLS = new HashSet<>();

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    warmUp();
    context.getStore(NAMESPACE).put(context.getUniqueId(), things());
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    @SuppressWarnings("unchecked")
    List<String> before =
        (List<String>) context.getStore(NAMESPACE).remove(context.getUniqueId(), List.class);
    if (before != null) { // null if warming up failed
      Waiting.untilEmpty("what the tests left behind", () -> surplus(before));
    }
  }

  private static List<String> surplus(List<String> before) throws Exception {
    List<String> surplus = things();
    before.forEach(surplus::remove); // one each: what is there twice and was once before, stays
    return surplus;
  }

  private static List<String> things() throws Exception {
    List<String> things = new ArrayList<>();
    addDescriptors(things);
    addThreads(things);
    addRingMappings(things);
    if (engine() instanceof RingEngine ring) {
      for (int i = ring.inUse(); i > 0; i--) {
        things.add("slot of the shared ring");
      }
    }
    return things;
  }

  private static void addDescriptors(List<String> things) throws IOException {
    for (Path target : Descriptors.all().values()) {
      if (!target.toString().endsWith(".jar")) { // class loaders open jars at the first search
        things.add("descriptor of " + target);
      }
    }
  }

  private static void addThreads(List<String> things) {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      String name = thread.getName();
      if (name.startsWith("loom-uring-")
          && !name.equals("loom-uring-cleaner")
          && !name.equals("loom-uring-turns") // one for the process, which stays
          && SHARED_POOLS.stream().noneMatch(name::startsWith)) {
        things.add("thread " + name);
      }
    }
  }

  private static void addRingMappings(List<String> things) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      lines
          .filter(line -> line.contains("anon_inode:[io_uring]"))
          .forEach(line -> things.add("mapping " + line));
    }
  }

  private static synchronized void warmUp() throws Exception {
    if (!SHARED_POOLS.isEmpty()) {
      return;
    }
    new SecureRandom().nextInt(); // opens /dev/random for good
    Path file = Files.createTempFile("warm-up", null);
    ByteBuffer bytes = ByteBuffer.allocate(10);
    Pipe pipe = Pipe.open(); // as does this
    pipe.sink().close();
    pipe.source().close();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(bytes); // makes the JDK's descriptor for pre-closing
    }
    try (var uringFile =
        Uring.shared()
            .openFile(
                file,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE)) {
      uringFile.write(bytes.rewind(), 0);
      uringFile.read(bytes.rewind(), 0);
    }
    Object owner = owner(engine());
    for (Field field : owner.getClass().getDeclaredFields()) {
      if (field.getType() == Offload.class) {
        SHARED_POOLS.add(prefix((Offload) accessible(field).get(owner)));
      }
    }
    if (!Uring.shared().isRing()) {
      addThreadsOfSharedRing();
    }
  }

  /** No other ring of threads has been made yet. */
  private static void addThreadsOfSharedRing() {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      Matcher name = RING_OF_THREADS.matcher(thread.getName());
      if (name.lookingAt()) {
        SHARED_POOLS.add(name.group());
      }
    }
  }

  /** The object whose fields the engine's pools are. */
  private static Object owner(Engine engine) throws Exception {
    return engine instanceof RingEngine
        ? accessible(RingEngine.class.getDeclaredField("context")).get(engine)
        : engine;
  }

  /** What the names of the pool's threads start with; asked of its thread factory. */
  private static String prefix(Offload pool) throws Exception {
    Object threads = accessible(Offload.class.getDeclaredField("threads")).get(pool);
    Field field = accessible(threads.getClass().getDeclaredField("executor"));
    ThreadPoolExecutor executor = (ThreadPoolExecutor) field.get(threads);
    String example = executor.getThreadFactory().newThread(() -> {}).getName();
    return example.substring(0, example.lastIndexOf('-') + 1);
  }

  private static Engine engine() throws Exception {
    Method engine = accessible(Uring.class.getDeclaredMethod("engine"));
    return (Engine) engine.invoke(Uring.shared());
  }

  private static <T extends AccessibleObject> T accessible(T object) {
    object.setAccessible(true);
    return object;
  }
}
