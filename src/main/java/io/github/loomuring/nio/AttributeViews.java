package io.github.loomuring.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributeView;
import java.nio.file.attribute.DosFileAttributes;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Set;

/** The platform's attribute views, whose calls hold no carrier: one class for each kind. */
final class AttributeViews {
  private AttributeViews() {}

  /**
   * A view that calls {@code platform}.
   *
   * @param type what the user asked for
   * @param platform null if the platform has no such view
   * @return null if that is null
   */
  static <V extends FileAttributeView> V wrap(
      UringFileSystem fileSystem, Class<V> type, V platform) {
    FileAttributeView view =
        switch (platform) {
          case null -> null;
          case PosixFileAttributeView posix -> new Posix(fileSystem, posix);
          case DosFileAttributeView dos -> new Dos(fileSystem, dos);
          case BasicFileAttributeView basic -> new Basic<>(fileSystem, basic);
          case AclFileAttributeView acl -> new Acl(fileSystem, acl);
          case FileOwnerAttributeView owner -> new Owner<>(fileSystem, owner);
          case UserDefinedFileAttributeView user -> new UserDefined(fileSystem, user);
          default -> throw new AssertionError("type=" + type + " is none of those of the JDK");
        };
    return type.cast(view);
  }

  /** What views have in common. */
  private abstract static class View<V extends FileAttributeView> implements FileAttributeView {
    final UringFileSystem fileSystem;
    final V view;

    View(UringFileSystem fileSystem, V view) {
      this.fileSystem = fileSystem;
      this.view = view;
    }

    @Override
    public String name() {
      return view.name();
    }

    final <T> T call(Calls.Work<T> work) throws IOException {
      return Calls.blocking(fileSystem, work);
    }

    final void run(Calls.Action action) throws IOException {
      Calls.blocking(fileSystem, action);
    }
  }

  /** Times, and what is basic. */
  private static class Basic<V extends BasicFileAttributeView> extends View<V>
      implements BasicFileAttributeView {
    Basic(UringFileSystem fileSystem, V view) {
      super(fileSystem, view);
    }

    @Override
    public BasicFileAttributes readAttributes() throws IOException {
      return Attributes.comparable(
          fileSystem, BasicFileAttributes.class, call(view::readAttributes));
    }

    @Override
    public void setTimes(FileTime lastModified, FileTime lastAccess, FileTime create)
        throws IOException {
      run(() -> view.setTimes(lastModified, lastAccess, create));
    }
  }

  /** Owner, group and permissions. */
  private static final class Posix extends Basic<PosixFileAttributeView>
      implements PosixFileAttributeView {
    Posix(UringFileSystem fileSystem, PosixFileAttributeView view) {
      super(fileSystem, view);
    }

    @Override
    public PosixFileAttributes readAttributes() throws IOException {
      return Attributes.comparable(
          fileSystem, PosixFileAttributes.class, call(view::readAttributes));
    }

    @Override
    public UserPrincipal getOwner() throws IOException {
      return call(view::getOwner);
    }

    @Override
    public void setOwner(UserPrincipal owner) throws IOException {
      run(() -> view.setOwner(owner));
    }

    @Override
    public void setGroup(GroupPrincipal group) throws IOException {
      run(() -> view.setGroup(group));
    }

    @Override
    public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
      run(() -> view.setPermissions(permissions));
    }
  }

  /** The flags of DOS, which Linux keeps in extended attributes. */
  private static final class Dos extends Basic<DosFileAttributeView>
      implements DosFileAttributeView {
    Dos(UringFileSystem fileSystem, DosFileAttributeView view) {
      super(fileSystem, view);
    }

    @Override
    public DosFileAttributes readAttributes() throws IOException {
      return Attributes.comparable(fileSystem, DosFileAttributes.class, call(view::readAttributes));
    }

    @Override
    public void setReadOnly(boolean value) throws IOException {
      run(() -> view.setReadOnly(value));
    }

    @Override
    public void setHidden(boolean value) throws IOException {
      run(() -> view.setHidden(value));
    }

    @Override
    public void setSystem(boolean value) throws IOException {
      run(() -> view.setSystem(value));
    }

    @Override
    public void setArchive(boolean value) throws IOException {
      run(() -> view.setArchive(value));
    }
  }

  /** The owner alone. */
  private static class Owner<V extends FileOwnerAttributeView> extends View<V>
      implements FileOwnerAttributeView {
    Owner(UringFileSystem fileSystem, V view) {
      super(fileSystem, view);
    }

    @Override
    public UserPrincipal getOwner() throws IOException {
      return call(view::getOwner);
    }

    @Override
    public void setOwner(UserPrincipal owner) throws IOException {
      run(() -> view.setOwner(owner));
    }
  }

  /** Access control lists, where the platform has them. */
  private static final class Acl extends Owner<AclFileAttributeView>
      implements AclFileAttributeView {
    Acl(UringFileSystem fileSystem, AclFileAttributeView view) {
      super(fileSystem, view);
    }

    @Override
    public List<AclEntry> getAcl() throws IOException {
      return call(view::getAcl);
    }

    @Override
    public void setAcl(List<AclEntry> acl) throws IOException {
      run(() -> view.setAcl(acl));
    }
  }

  /** Extended attributes. */
  private static final class UserDefined extends View<UserDefinedFileAttributeView>
      implements UserDefinedFileAttributeView {
    UserDefined(UringFileSystem fileSystem, UserDefinedFileAttributeView view) {
      super(fileSystem, view);
    }

    @Override
    public List<String> list() throws IOException {
      return call(view::list);
    }

    @Override
    public int size(String name) throws IOException {
      return call(() -> view.size(name));
    }

    @Override
    public int read(String name, ByteBuffer dst) throws IOException {
      if (dst.isReadOnly()) {
        throw new IllegalArgumentException("dst=" + dst + " is read-only");
      }
      // Another thread may not be allowed to use the caller's.
      ByteBuffer bytes = ByteBuffer.allocate(dst.remaining());
      int n = call(() -> view.read(name, bytes));
      dst.put(bytes.flip());
      return n;
    }

    @Override
    public int write(String name, ByteBuffer src) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(src.remaining()).put(src.duplicate()).flip();
      int n = call(() -> view.write(name, bytes));
      src.position(src.position() + n);
      return n;
    }

    @Override
    public void delete(String name) throws IOException {
      run(() -> view.delete(name));
    }
  }
}
