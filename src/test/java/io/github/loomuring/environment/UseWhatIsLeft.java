package io.github.loomuring.environment;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.loomuring.Advice;
import io.github.loomuring.FileOperations;
import io.github.loomuring.Sync;
import io.github.loomuring.Uring;
import io.github.loomuring.UringAttributes;
import io.github.loomuring.UringFile;
import io.github.loomuring.UringOptions;
import io.github.loomuring.support.ExtendedOptions;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;

/**
 * In a child JVM to which system calls are refused: what files can do still works, and gives what
 * it has to. Only what the JDK's own call cannot do either may fail, and says so as that does.
 *
 * <p>Arguments: a directory to work in.
 */
final class UseWhatIsLeft {
  private static final FileTime TIME = FileTime.fromMillis(1_000_000_000_000L);
  private static final int PAGE = 4_096;

  private final Uring uring;
  private final FileOperations files;
  private final Path directory;

  private UseWhatIsLeft(Uring uring, Path directory) {
    this.uring = uring;
    this.files = uring.files();
    this.directory = directory;
  }

  public static void main(String[] args) throws Exception {
    TryLibrary.say("ring", Uring.shared().isRing());
    for (UringOptions.Inline inline : UringOptions.Inline.values()) {
      try (Uring uring = Uring.open(UringOptions.builder().inline(inline).build())) {
        Path directory = Path.of(args[0], inline.name());
        uring.files().createDirectory(directory);
        UseWhatIsLeft use = new UseWhatIsLeft(uring, directory);
        FutureTask<Void> task =
            new FutureTask<>(
                () -> {
                  use.run();
                  return null;
                });
        Thread.startVirtualThread(task);
        task.get();
      }
    }
    TryLibrary.say("files", "ok");
  }

  private void run() throws IOException {
    transfers();
    appends();
    directTransfers();
    attributes();
    space();
    wholeFiles();
    names();
    attributesThatAreSet();
    copies();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(bytes(text));
  }

  /** By a call of the JDK that does not ask for attributes. */
  private static void expect(Path path, byte[] content) throws IOException {
    try (FileInputStream in = new FileInputStream(path.toString())) {
      RoundTrip.check(Arrays.equals(in.readAllBytes(), content), path + " has other bytes");
    }
  }

  // ---- transfers

  private void transfers() throws IOException {
    Path path = directory.resolve("transfers");
    byte[] content = RoundTrip.randomBytes((2 << 20) + 77, 1);
    try (UringFile file = uring.openFile(path, CREATE_NEW, READ, WRITE)) {
      file.writeFully(ByteBuffer.wrap(content), 0);
      RoundTrip.check(file.size() == content.length, "size=" + file.size());
      ByteBuffer heap = ByteBuffer.allocate(content.length);
      file.readFully(heap, 0);
      RoundTrip.check(heap.flip().equals(ByteBuffer.wrap(content)), "other bytes in a buffer");
      for (int i = 0; i < 3; i++) {
        ByteBuffer[] two = {ByteBuffer.allocate(100), ByteBuffer.allocateDirect(100)};
        RoundTrip.check(file.read(two, 7) == 200, "a short read of what is there");
        RoundTrip.check(
            two[1].flip().equals(ByteBuffer.wrap(content, 107, 100)), "other bytes in two buffers");
        file.write(new ByteBuffer[] {two[0].flip(), two[1]}, 7);
      }
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment segment = arena.allocate(1_000);
        file.readFully(segment, 50);
        file.writeFully(segment, 50);
      }
      file.force(true);
      file.force(false);
      file.forceRange(0, PAGE);
      for (Advice advice : Advice.values()) {
        file.advise(0, 0, advice);
      }
    }
    expect(path, content);
  }

  private void appends() throws IOException {
    Path path = directory.resolve("appends");
    files.write(path, bytes("a"));
    try (UringFile appending = uring.openFile(path, APPEND);
        UringFile writing = uring.openFile(path, WRITE)) {
      appending.append(buffer("b"));
      writing.append(buffer("c"));
      appending.write(new ByteBuffer[] {buffer("d"), buffer("e")}, 0);
      writing.write(buffer("A"), 0);
    }
    expect(path, bytes("Abcde"));
  }

  private void directTransfers() throws IOException {
    Path path = directory.resolve("direct");
    ByteBuffer page = ByteBuffer.allocateDirect(2 * PAGE).alignedSlice(PAGE).slice(0, PAGE);
    byte[] content = RoundTrip.randomBytes(PAGE, 2);
    page.put(content).flip();
    try (UringFile file = uring.openFile(path, CREATE_NEW, READ, WRITE, ExtendedOptions.DIRECT)) {
      RoundTrip.check(file.write(page, 0) == PAGE, "a short direct write");
      page.clear();
      RoundTrip.check(file.read(page, 0) == PAGE, "a short direct read");
      RoundTrip.check(page.flip().equals(ByteBuffer.wrap(content)), "other bytes, read directly");
    } catch (FileSystemException e) {
      RoundTrip.check(e.getMessage().contains("EINVAL"), e.toString()); // a file system without
      return;
    }
    expect(path, content);
  }

  // ---- attributes and space

  private void attributes() throws IOException {
    Path path = directory.resolve("attributes");
    files.write(path, bytes("12345"));
    Path link = files.createSymbolicLink(directory.resolve("symbolic"), Path.of("attributes"));
    UringAttributes byPath = files.attributes(path);
    RoundTrip.check(byPath.isRegularFile() && byPath.size() == 5, byPath.toString());
    RoundTrip.check(files.attributes(directory).isDirectory(), "no directory");
    RoundTrip.check(
        files.attributes(link, java.nio.file.LinkOption.NOFOLLOW_LINKS).isSymbolicLink(),
        "no link");
    RoundTrip.check(files.exists(link) && files.size(link) == 5, "the link is not followed");
    RoundTrip.check(!files.exists(directory.resolve("missing")), "something is where nothing is");
    try (UringFile file = uring.openFile(path)) {
      UringAttributes byFile = file.attributes();
      RoundTrip.check(byFile.inode() == byPath.inode(), byFile + " is not " + byPath);
      RoundTrip.check(byFile.size() == 5 && byFile.isRegularFile(), byFile.toString());
    }
    try {
      files.attributes(directory.resolve("missing"));
      throw new AssertionError("attributes of what is missing");
    } catch (NoSuchFileException e) {
      // As it has to be.
    }
  }

  private void space() throws IOException {
    Path path = directory.resolve("space");
    try (UringFile file = uring.openFile(path, CREATE_NEW, WRITE)) {
      file.write(buffer("0123456789"), 0);
      file.truncate(4);
      file.truncate(400);
      try {
        file.allocate(2, 4);
      } catch (UnsupportedOperationException e) {
        file.write(ByteBuffer.allocate(2), 4);
      }
      RoundTrip.check(file.size() == 6, "size=" + file.size());
    }
    expect(path, new byte[] {'0', '1', '2', '3', 0, 0});
  }

  // ---- whole files, names

  private void wholeFiles() throws IOException {
    Path path = directory.resolve("whole");
    byte[] content = RoundTrip.randomBytes(20_000, 3);
    for (Sync sync : Sync.values()) {
      files.write(path, content, sync);
      expect(path, content);
      files.write(path, bytes("+"), sync, APPEND);
    }
    files.write(path, content, CREATE, WRITE, java.nio.file.StandardOpenOption.TRUNCATE_EXISTING);
    for (int i = 0; i < 3; i++) {
      RoundTrip.check(Arrays.equals(files.readAllBytes(path), content), "other bytes of " + path);
    }
    byte[] large = RoundTrip.randomBytes((3 << 20) + 5, 4);
    files.write(path, large);
    RoundTrip.check(Arrays.equals(files.readAllBytes(path), large), "other bytes of " + path);
    RoundTrip.check(files.readString(Path.of("/proc/self/comm")).endsWith("\n"), "no /proc");
  }

  private void names() throws IOException {
    Path made = files.createDirectories(directory.resolve("made/deep"));
    Path one = files.write(made.resolve("one"), bytes("1"));
    files.createLink(made.resolve("link"), one);
    files.move(one, made.resolve("moved"));
    RoundTrip.check(files.attributes(made.resolve("moved")).links() == 2, "links");
    List<String> names =
        files.list(made).stream().map(entry -> entry.getFileName().toString()).sorted().toList();
    RoundTrip.check(names.equals(List.of("link", "moved")), names.toString());
    files.delete(made.resolve("link"));
    RoundTrip.check(!files.deleteIfExists(made.resolve("link")), "it was there");
    files.delete(made.resolve("moved"));
    files.delete(made);
  }

  // ---- what the JDK does, or its calls

  private void attributesThatAreSet() throws IOException {
    Path path = files.write(directory.resolve("set"), bytes("x"));
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("r--r-----");
    boolean timesSet;
    boolean permissionsSet;
    try (UringFile file = uring.openFile(path, WRITE)) {
      timesSet = isDone(() -> file.setTimes(TIME, TIME), () -> setTimesByJdk(path));
      permissionsSet =
          isDone(
              () -> file.setPermissions(permissions),
              () -> Files.setPosixFilePermissions(path, permissions));
    }
    UringAttributes now = files.attributes(path);
    RoundTrip.check(!timesSet || now.lastModifiedTime().equals(TIME), now.toString());
    RoundTrip.check(!permissionsSet || now.permissions().equals(permissions), now.toString());
    isDone(() -> files.setTimes(path, TIME, TIME), () -> setTimesByJdk(path));
    isDone(
        () -> files.setPermissions(path, permissions),
        () -> Files.setPosixFilePermissions(path, permissions));
  }

  private static void setTimesByJdk(Path path) throws IOException {
    Files.getFileAttributeView(path, BasicFileAttributeView.class).setTimes(TIME, TIME, null);
  }

  private void copies() throws IOException {
    byte[] content = RoundTrip.randomBytes(300_000, 5);
    Path source = files.write(directory.resolve("source"), content);
    Path target = directory.resolve("target");
    try (UringFile from = uring.openFile(source);
        UringFile to = uring.openFile(target, CREATE_NEW, WRITE)) {
      RoundTrip.check(from.transferTo(0, 400_000, to, 0) == content.length, "a short transfer");
    }
    expect(target, content);
    Path copy = directory.resolve("copy");
    if (isDone(() -> files.copy(source, copy), () -> Files.copy(source, copy))) {
      expect(copy, content);
    }
    if (isDone(() -> files.replace(source, bytes("new")), () -> Files.size(source))) {
      expect(source, bytes("new"));
    } else {
      expect(source, content);
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  /** Whether {@code work} was done; it may fail only if the JDK's own call fails, and as that. */
  private static boolean isDone(Work work, Work byJdk) throws IOException {
    try {
      work.run();
      return true;
    } catch (IOException e) {
      RoundTrip.check(
          e.getMessage().contains("Operation not permitted")
              || e.getMessage().contains("Function not implemented"),
          e.toString());
      try {
        byJdk.run();
      } catch (IOException expected) {
        RoundTrip.check(expected.getClass() == e.getClass(), e + " for " + expected);
        return false;
      }
      throw e;
    }
  }
}
