package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.support.Fifos;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributeView;
import java.nio.file.attribute.DosFileAttributes;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What files say of themselves, and what can be set of it. */
abstract class AttributesContract extends ProviderFixture {
  private static final LinkOption[][] FOLLOWING = {{}, {NOFOLLOW}};

  private Path fifo;

  @BeforeEach
  void makeFifo() throws Exception {
    fifo = Fifos.make(temporary.resolve("fifo"));
  }

  /** Times of the same moment: the trees of the JDK and of the subject are not. */
  private void someWithTimes(Path directory) throws Exception {
    some(directory);
    Files.createLink(directory.resolve("fifo"), fifo); // one in all trees: it has one time
    FileTime time = FileTime.fromMillis(1_234_567_890_123L);
    for (String name : List.of("file", "empty", "full", "full/below")) {
      Files.getFileAttributeView(directory.resolve(name), BasicFileAttributeView.class)
          .setTimes(time, time, time);
    }
  }

  /** A way to ask. */
  private interface Question {
    Object of(Path path, LinkOption... options) throws Exception;
  }

  private void ask(String what, Question question) throws Exception {
    ask(List.of(NAMES), what, question);
  }

  /** A question for whose answer the JDK opens nothing: an open of the FIFO would wait for ever. */
  private void askAlsoOfFifo(String what, Question question) throws Exception {
    ask(List.of(NAMES), what, question);
    ask(List.of("fifo"), what, question);
  }

  private void ask(List<String> names, String what, Question question) throws Exception {
    for (LinkOption[] options : FOLLOWING) {
      sameOfAll(
          names.stream().map(name -> what + " of " + name + " with " + List.of(options)).toList(),
          this::someWithTimes,
          names.stream()
              .<Use>map(name -> directory -> question.of(directory.resolve(name), options))
              .toList());
    }
  }

  private static String basic(BasicFileAttributes a) {
    return "%s %s %s %s %s %s %s"
        .formatted(
            a.isSymbolicLink() ? "" : a.lastModifiedTime().toMillis() / 1_000_000,
            a.isRegularFile(),
            a.isDirectory(),
            a.isSymbolicLink(),
            a.isOther(),
            a.isRegularFile() ? a.size() : "",
            a.fileKey() != null);
  }

  private static String posix(PosixFileAttributes a) {
    return basic(a) + a.owner() + a.group() + PosixFilePermissions.toString(a.permissions());
  }

  @Test
  void classesOfAttributes() throws Exception {
    askAlsoOfFifo("basic", (p, o) -> basic(Files.readAttributes(p, BasicFileAttributes.class, o)));
    askAlsoOfFifo("posix", (p, o) -> posix(Files.readAttributes(p, PosixFileAttributes.class, o)));
    ask(
        "dos",
        (p, o) -> {
          DosFileAttributes a = Files.readAttributes(p, DosFileAttributes.class, o);
          return basic(a) + a.isArchive() + a.isHidden() + a.isReadOnly() + a.isSystem();
        });
  }

  @Test
  void attributesIfThereAreAny() throws Exception {
    askAlsoOfFifo(
        "basic",
        (p, o) -> {
          if (p.endsWith("file/below")) {
            return null; // the JDK's throws, only for these attributes, and if links are followed
          }
          BasicFileAttributes a =
              p.getFileSystem().provider().readAttributesIfExists(p, BasicFileAttributes.class, o);
          return a == null ? null : basic(a);
        });
    askAlsoOfFifo(
        "posix",
        (p, o) -> {
          PosixFileAttributes a =
              p.getFileSystem().provider().readAttributesIfExists(p, PosixFileAttributes.class, o);
          return a == null ? null : posix(a);
        });
  }

  @Test
  void attributesByName() throws Exception {
    String[] some = {
      "size,isDirectory",
      "basic:isRegularFile,isOther",
      "posix:permissions,owner,group",
      "unix:mode,uid,gid,nlink",
      "owner:owner",
      "isSymbolicLink",
    };
    ask("dos:hidden,archive", (p, o) -> Files.readAttributes(p, "dos:hidden,archive", o));
    for (String names : some) {
      askAlsoOfFifo(names, (p, o) -> withoutSizes(Files.readAttributes(p, names, o)));
    }
    for (String names :
        List.of("*", "basic:*", "posix:*", "unix:*", "owner:*", "dos:*", "user:*")) {
      ask(names, (p, o) -> Files.readAttributes(p, names, o).keySet());
    }
    for (String names :
        List.of("nothing", "unknown:size", "", "size,", ":", "basic:owner", "a:b:c")) {
      same(names, FILE, d -> Files.readAttributes(d.resolve("file"), names));
    }
    askAlsoOfFifo("getAttribute", (p, o) -> Files.getAttribute(p, "unix:mode", o));
    same("wildcard", FILE, d -> Files.getAttribute(d.resolve("file"), "basic:*"));
  }

  private static Map<String, Object> withoutSizes(Map<String, Object> attributes) {
    Map<String, Object> result = new TreeMap<>(attributes);
    result.remove("size"); // of a directory: depends on its history
    return result;
  }

  @Test
  void questionsWithSimpleAnswers() throws Exception {
    askAlsoOfFifo("exists", Files::exists);
    askAlsoOfFifo("notExists", Files::notExists);
    askAlsoOfFifo("isDirectory", Files::isDirectory);
    askAlsoOfFifo("isRegularFile", Files::isRegularFile);
    askAlsoOfFifo("isSymbolicLink", (p, _) -> Files.isSymbolicLink(p));
    askAlsoOfFifo("isHidden", (p, _) -> Files.isHidden(p));
    askAlsoOfFifo("owner", (p, o) -> Files.getOwner(p, o));
    ask(
        "permissions",
        (p, o) -> PosixFilePermissions.toString(Files.getPosixFilePermissions(p, o)));
    ask("size", (p, _) -> Files.isRegularFile(p) ? Files.size(p) : Files.size(p) > 0);
    askAlsoOfFifo("isReadable", (p, _) -> Files.isReadable(p));
    askAlsoOfFifo("isWritable", (p, _) -> Files.isWritable(p));
    askAlsoOfFifo("isExecutable", (p, _) -> Files.isExecutable(p));
    ask("probeContentType", (p, _) -> Files.probeContentType(p));
    for (AccessMode mode : AccessMode.values()) {
      ask(
          "checkAccess " + mode,
          (p, _) -> {
            p.getFileSystem().provider().checkAccess(p, mode);
            return null;
          });
    }
    ask(
        "checkAccess",
        (p, _) -> {
          p.getFileSystem().provider().checkAccess(p);
          return null;
        });
  }

  @Test
  void timesAndPermissionsCanBeSet() throws Exception {
    FileTime time = FileTime.fromMillis(1_000_000_000_123L);
    ask(
        "setTimes",
        (p, o) -> {
          BasicFileAttributeView view =
              Files.getFileAttributeView(p, BasicFileAttributeView.class, o);
          view.setTimes(time, null, null);
          return view.name() + view.readAttributes().lastModifiedTime();
        });
    ask("setAttribute", (p, o) -> Files.setAttribute(p, "lastAccessTime", time, o));
    ask("setLastModifiedTime", (p, _) -> Files.setLastModifiedTime(p, time));
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rwx------");
    ask(
        "setPermissions",
        (p, o) -> {
          PosixFileAttributeView view =
              Files.getFileAttributeView(p, PosixFileAttributeView.class, o);
          view.setPermissions(permissions);
          return view.name() + posix(view.readAttributes());
        });
    ask("setAttribute", (p, o) -> Files.setAttribute(p, "unix:mode", 0700, o));
    ask("setAttribute", (p, o) -> Files.setAttribute(p, "posix:permissions", permissions, o));
    same("type", FILE, d -> Files.setAttribute(d.resolve("file"), "size", 1L));
    same("type", FILE, d -> Files.setAttribute(d.resolve("file"), "no", "no"));
    same("class", FILE, d -> Files.setAttribute(d.resolve("file"), "lastModifiedTime", "no"));
  }

  @Test
  void ownersCanBeSet() throws Exception {
    ask(
        "owner",
        (p, o) -> {
          FileOwnerAttributeView view =
              Files.getFileAttributeView(p, FileOwnerAttributeView.class, o);
          UserPrincipal owner = view.getOwner();
          view.setOwner(owner);
          return view.name() + owner + Files.setOwner(p, owner).getFileName();
        });
    ask(
        "group",
        (p, o) -> {
          PosixFileAttributeView view =
              Files.getFileAttributeView(p, PosixFileAttributeView.class, o);
          view.setGroup(view.readAttributes().group());
          view.setOwner(view.getOwner());
          return view.readAttributes().group();
        });
  }

  @Test
  void extendedAttributes() throws Exception {
    ask(
        "user",
        (p, o) -> {
          UserDefinedFileAttributeView view =
              Files.getFileAttributeView(p, UserDefinedFileAttributeView.class, o);
          ByteBuffer text = StandardCharsets.UTF_8.encode("value");
          List<Object> seen = new ArrayList<>(List.of(view.name()));
          seen.add(view.write("one", text));
          seen.add(text.remaining());
          seen.addAll(view.list());
          seen.add(view.size("one"));
          ByteBuffer read = ByteBuffer.allocateDirect(9);
          seen.add(view.read("one", read));
          seen.add(StandardCharsets.UTF_8.decode(read.flip()));
          view.delete("one");
          seen.addAll(view.list());
          return seen;
        });
    same(
        "read-only",
        FILE,
        d -> {
          UserDefinedFileAttributeView view =
              Files.getFileAttributeView(d.resolve("file"), UserDefinedFileAttributeView.class);
          view.write("one", StandardCharsets.UTF_8.encode("value"));
          return view.read("one", ByteBuffer.allocate(9).asReadOnlyBuffer());
        });
    same(
        "too small",
        FILE,
        d -> {
          UserDefinedFileAttributeView view =
              Files.getFileAttributeView(d.resolve("file"), UserDefinedFileAttributeView.class);
          view.write("one", StandardCharsets.UTF_8.encode("value"));
          return view.read("one", ByteBuffer.allocate(1));
        });
  }

  @Test
  void dosAttributes() throws Exception {
    ask(
        "dos",
        (p, o) -> {
          DosFileAttributeView view = Files.getFileAttributeView(p, DosFileAttributeView.class, o);
          view.setHidden(true);
          view.setArchive(true);
          view.setSystem(true);
          view.setReadOnly(true);
          DosFileAttributes a = view.readAttributes();
          return view.name() + a.isArchive() + a.isHidden() + a.isReadOnly() + a.isSystem();
        });
  }

  /** A view that nobody knows. */
  private interface ForeignView extends FileAttributeView {}

  /** Attributes that nobody knows. */
  private interface ForeignAttributes extends BasicFileAttributes {}

  @Test
  void viewsThatThereAreNot() throws Exception {
    returns(
        null, FILE, d -> Files.getFileAttributeView(d.resolve("file"), AclFileAttributeView.class));
    returns(null, FILE, d -> Files.getFileAttributeView(d.resolve("file"), ForeignView.class));
    fails(
        UnsupportedOperationException.class,
        FILE,
        d -> Files.readAttributes(d.resolve("file"), ForeignAttributes.class));
    fails(
        NullPointerException.class,
        FILE,
        d -> Files.readAttributes(d.resolve("file"), (Class<BasicFileAttributes>) null));
    fails(
        NullPointerException.class, FILE, d -> Files.getFileAttributeView(d.resolve("file"), null));
    returns(
        tree.getFileSystem().supportedFileAttributeViews(),
        FILE,
        d -> d.getFileSystem().supportedFileAttributeViews());
  }

  @Test
  void keysOfOneFileAreEqualHoweverItIsAsked() throws Exception {
    returns(
        true,
        SOME,
        directory -> {
          Path file = directory.resolve("file");
          Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
          Object other =
              Files.readAttributes(directory.resolve("full"), BasicFileAttributes.class).fileKey();
          assertThat(other).isNotEqualTo(key);
          assertThat(key.toString()).matches("\\(dev=[0-9a-f]+,ino=[0-9]+\\)");
          assertThat(Files.getAttribute(file, "fileKey")).isEqualTo(key).hasSameHashCodeAs(key);
          for (String view : new String[] {"basic", "posix", "unix", "owner", "dos"}) {
            assertSameKey(key, file, view);
          }
          for (Class<? extends BasicFileAttributes> type :
              List.of(PosixFileAttributes.class, DosFileAttributes.class)) {
            assertThat(Files.readAttributes(file, type).fileKey()).as("%s", type).isEqualTo(key);
          }
          for (Class<? extends BasicFileAttributeView> type :
              List.of(
                  BasicFileAttributeView.class,
                  PosixFileAttributeView.class,
                  DosFileAttributeView.class)) {
            BasicFileAttributeView view = Files.getFileAttributeView(file, type);
            assertThat(view.readAttributes().fileKey()).as("%s", type).isEqualTo(key);
          }
          Path link = directory.resolve("toFile");
          return key.equals(Files.readAttributes(link, PosixFileAttributes.class).fileKey());
        });
    assertThat(key(ours(tree.resolve("file")))).hasToString(key(tree.resolve("file")).toString());
  }

  private static void assertSameKey(Object key, Path file, String view) throws Exception {
    Map<String, Object> all = Files.readAttributes(file, view + ":*");
    if (view.equals("owner")) {
      assertThat(all).containsOnlyKeys("owner");
      return;
    }
    assertThat(all).as(view).containsEntry("fileKey", key);
    assertThat(Files.getAttribute(file, view + ":fileKey")).as(view).isEqualTo(key);
  }

  @Test
  void flagsOfDosAreThoseOfTheJdk() throws Exception {
    for (String name : new String[] {"file", "full", "toFile"}) {
      same(
          name,
          SOME,
          d -> {
            DosFileAttributes dos = Files.readAttributes(d.resolve(name), DosFileAttributes.class);
            return List.of(
                dos.isReadOnly(),
                dos.isHidden(),
                dos.isArchive(),
                dos.isSystem(),
                dos.isDirectory(),
                dos.isRegularFile());
          });
    }
  }

  private static Object key(Path path) throws Exception {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  @Test
  void usersAndGroupsAreLookedUp() throws Exception {
    for (String name : List.of("root", "no such user", "0", "4711")) {
      same(name, EMPTY, d -> lookup(d).lookupPrincipalByName(name));
      same(name, EMPTY, d -> lookup(d).lookupPrincipalByGroupName(name));
    }
  }

  private static UserPrincipalLookupService lookup(Path path) {
    return path.getFileSystem().getUserPrincipalLookupService();
  }
}
