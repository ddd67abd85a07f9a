package io.github.loomuring.environment;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Scanner;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarFile;
import java.util.logging.FileHandler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * A program that knows nothing of this library, and uses files in every way that it can think of,
 * on the main thread and then on virtual threads. It prints what it has seen, which must not depend
 * on the file system beneath.
 */
final class OrdinaryProgram {
  private static final int THREADS = 50;

  private final Path directory;
  private final List<String> seen = new ArrayList<>();

  private OrdinaryProgram(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] args) throws Exception {
    Path top = Path.of(args[0]);
    System.out.println("main: " + new OrdinaryProgram(top.resolve("main")).run());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<String>>> runs = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Path own = top.resolve("virtual" + i);
        runs.add(threads.submit(() -> new OrdinaryProgram(own).use()));
      }
      for (Future<List<String>> run : runs) {
        System.out.println("virtual: " + run.get());
      }
    }
    System.out.println("# default=" + FileSystems.getDefault().getClass().getName());
    System.out.println("# rings=" + rings());
  }

  /** How many rings the process has. */
  private static long rings() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(OrdinaryProgram::isRing).count();
    }
  }

  private static boolean isRing(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("io_uring");
    } catch (IOException e) {
      return false; // that of the directory itself
    }
  }

  private List<String> run() throws Exception {
    use();
    step("process", this::process);
    step("classes", this::classes);
    step("logs", this::logs);
    return seen;
  }

  private List<String> use() throws Exception {
    Files.createDirectories(directory);
    step("text", this::text);
    step("channels", this::channels);
    step("trees", this::trees);
    step("zip", this::zip);
    step("old", this::old);
    step("temporary", this::temporary);
    step("watch", this::watch);
    step("paths", this::paths);
    return seen;
  }

  private void step(String name, Callable<Object> step) throws Exception {
    String value;
    try {
      value = "" + step.call();
    } catch (IOException e) {
      value = e.getClass().getName();
    }
    seen.add(name + "=" + value.replace(directory.toString(), "TOP"));
  }

  private Object text() throws Exception {
    Path file = directory.resolve("text");
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      writer.write("one\ntwo\nthree = 3\n");
    }
    Files.writeString(file, "four\n", StandardOpenOption.APPEND);
    List<Object> all = new ArrayList<>(Files.readAllLines(file));
    try (Stream<String> lines = Files.lines(file)) {
      all.add(lines.count());
    }
    try (Scanner scanner = new Scanner(file)) {
      all.add(scanner.nextLine());
    }
    Properties properties = new Properties();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    all.add(new TreeSet<>(properties.stringPropertyNames()));
    all.add(Files.size(file));
    return all;
  }

  private Object channels() throws Exception {
    Path file = directory.resolve("bytes");
    List<Object> all = new ArrayList<>();
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      all.add(channel.write(ByteBuffer.wrap(new byte[10_000])));
      all.add(channel.write(ByteBuffer.wrap("end".getBytes()), 20_000));
      all.add(channel.size());
      ByteBuffer read = ByteBuffer.allocateDirect(5);
      all.add(channel.read(read, 19_998));
      all.add(channel.map(FileChannel.MapMode.READ_ONLY, 20_000, 3).get(0));
      try (FileLock lock = channel.lock()) {
        all.add(lock.isValid());
      }
      channel.force(true);
      try (FileChannel copy =
          FileChannel.open(
              directory.resolve("copy"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        all.add(channel.transferTo(0, 30_000, copy));
      }
    }
    all.add(Files.mismatch(file, directory.resolve("copy")));
    try (AsynchronousFileChannel channel = AsynchronousFileChannel.open(file)) {
      all.add(channel.read(ByteBuffer.allocate(7), 0).get());
    }
    return all;
  }

  private Object trees() throws Exception {
    Path tree = Files.createDirectories(directory.resolve("tree").resolve("below"));
    Files.writeString(tree.resolve("file"), "text");
    Files.createSymbolicLink(tree.resolve("link"), Path.of("file"));
    Path top = tree.getParent();
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : all.toList()) {
        Files.copy(
            path,
            directory.resolve(
                "copied " + top.relativize(path).getNameCount() + path.getFileName()));
      }
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(Path::getFileName).map(Path::toString).sorted().toList();
    }
  }

  private Object zip() throws Exception {
    Path zip = directory.resolve("some.zip");
    try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Files.copy(directory.resolve("text"), inside.getPath("/text"));
    }
    try (FileSystem inside =
        FileSystems.newFileSystem(URI.create("jar:" + zip.toUri()), Map.of())) {
      Files.copy(inside.getPath("/text"), directory.resolve("unzipped"));
    }
    try (ZipFile file = new ZipFile(zip.toFile());
        InputStream in = file.getInputStream(file.getEntry("text"))) {
      return new String(in.readAllBytes())
          + Files.mismatch(directory.resolve("unzipped"), directory.resolve("text"));
    }
  }

  private Object old() throws Exception {
    File file = new File(directory.toFile(), "text");
    try (FileInputStream in = new FileInputStream(file);
        RandomAccessFile random = new RandomAccessFile(file, "rw")) {
      random.seek(1);
      return in.read()
          + random.read()
          + " "
          + file.toPath()
          + Files.isSameFile(file.toPath(), Paths.get(file.getPath()))
          + file.toPath().toFile().equals(file);
    }
  }

  private Object temporary() throws Exception {
    Path file = Files.createTempFile("ordinary", ".tmp");
    Path made = Files.createTempDirectory("ordinary");
    Files.move(file, made.resolve("file"));
    Files.delete(made.resolve("file"));
    Files.delete(made);
    return Files.exists(file);
  }

  private Object watch() throws Exception {
    try (WatchService watcher = FileSystems.getDefault().newWatchService()) {
      directory.register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
      Files.createFile(directory.resolve("watched"));
      return watcher.take().pollEvents().getFirst().context();
    }
  }

  private Object paths() throws Exception {
    return List.of(
        directory.toUri(),
        Path.of(directory.toUri()),
        directory.toRealPath().equals(directory),
        Files.getFileStore(directory).type(),
        Files.getOwner(directory),
        "" + Files.probeContentType(directory.resolve("a.html")),
        directory.getFileSystem().getPathMatcher("glob:**/main").matches(directory),
        FileSystems.getDefault() == directory.getFileSystem(),
        Path.of("").toAbsolutePath());
  }

  private Object process() throws Exception {
    File out = directory.resolve("out").toFile();
    Process process =
        new ProcessBuilder("cat", "text").directory(directory.toFile()).redirectOutput(out).start();
    return process.waitFor() + Files.readString(out.toPath());
  }

  private Object classes() throws Exception {
    Path jar = directory.resolve("some.jar");
    ToolProvider tool = ToolProvider.findFirst("jar").orElse(null);
    if (tool != null) {
      String[] arguments = {"cf", jar.toString(), "-C", directory.toString(), "text"};
      tool.run(System.out, System.err, arguments);
    } else {
      Files.copy(directory.resolve("some.zip"), jar);
    }
    List<Object> all = new ArrayList<>();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        InputStream in = loader.getResourceAsStream("text")) {
      all.add(in.readAllBytes().length);
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      all.add(file.getEntry("text").getSize());
    }
    all.add(ServiceLoader.load(ToolProvider.class).stream().count() > 0);
    String name = OrdinaryProgram.class.getSimpleName() + ".class";
    try (InputStream in = OrdinaryProgram.class.getResourceAsStream(name)) {
      all.add(in.readAllBytes().length > 0);
    }
    all.add(Files.exists(Path.of(URI.create("jrt:/java.base/java/lang/Object.class"))));
    return all;
  }

  private Object logs() throws Exception {
    Path log = directory.resolve("log");
    FileHandler handler = new FileHandler(log.toString());
    handler.publish(new LogRecord(Level.INFO, "message"));
    handler.close();
    return Files.readString(log).contains("message");
  }
}
