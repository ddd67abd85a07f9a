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

/**
 * The attribute views of the platform: one class for each kind of view. A {@link CallDispatcher}
 * runs the calls of a view. Any thread may use a view.
 */
final class AttributeViews {
  private AttributeViews() {}

  /**
   * Returns a view that calls {@code platform}.
   *
   * @param type the interface that the caller asked for
   * @param platform the view, or null if the platform has none of this type
   * @return the view, or null if {@code platform} is null
   */
  static <V extends FileAttributeView> V wrap(
      CallDispatcher dispatcher, Class<V> type, V platform) {
    FileAttributeView view =
        switch (platform) {
          case null -> null;
          case PosixFileAttributeView posix -> new Posix(dispatcher, posix);
          case DosFileAttributeView dos -> new Dos(dispatcher, dos);
          case BasicFileAttributeView basic -> new Basic<>(dispatcher, basic);
          case AclFileAttributeView acl -> new Acl(dispatcher, acl);
          case FileOwnerAttributeView owner -> new Owner<>(dispatcher, owner);
          case UserDefinedFileAttributeView user -> new UserDefined(dispatcher, user);
          default -> throw new AssertionError("type=" + type + " is not an interface of the JDK");
        };
    return type.cast(view);
  }

  /** The base of all views. */
  private abstract static class View<V extends FileAttributeView> implements FileAttributeView {
    final CallDispatcher dispatcher;
    final V view;

    View(CallDispatcher dispatcher, V view) {
      this.dispatcher = dispatcher;
      this.view = view;
    }

    @Override
    public String name() {
      return view.name();
    }

    final <T> T call(CallDispatcher.PlatformCall<T> call) throws IOException {
      return dispatcher.call(call);
    }

    final void run(CallDispatcher.PlatformAction action) throws IOException {
      dispatcher.run(action);
    }
  }

  /** The view "basic": the times. */
  private static class Basic<V extends BasicFileAttributeView> extends View<V>
      implements BasicFileAttributeView {
    Basic(CallDispatcher dispatcher, V view) {
      super(dispatcher, view);
    }

    @Override
    public BasicFileAttributes readAttributes() throws IOException {
      return AttributeReader.withComparableKey(
          dispatcher, BasicFileAttributes.class, call(view::readAttributes));
    }

    @Override
    public void setTimes(FileTime lastModified, FileTime lastAccess, FileTime create)
        throws IOException {
      run(() -> view.setTimes(lastModified, lastAccess, create));
    }
  }

  /** The view "posix": owner, group and permissions. */
  private static final class Posix extends Basic<PosixFileAttributeView>
      implements PosixFileAttributeView {
    Posix(CallDispatcher dispatcher, PosixFileAttributeView view) {
      super(dispatcher, view);
    }

    @Override
    public PosixFileAttributes readAttributes() throws IOException {
      return AttributeReader.withComparableKey(
          dispatcher, PosixFileAttributes.class, call(view::readAttributes));
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

  /** The view "dos": its flags, which Linux stores in an extended attribute. */
  private static final class Dos extends Basic<DosFileAttributeView>
      implements DosFileAttributeView {
    Dos(CallDispatcher dispatcher, DosFileAttributeView view) {
      super(dispatcher, view);
    }

    @Override
    public DosFileAttributes readAttributes() throws IOException {
      return AttributeReader.withComparableKey(
          dispatcher, DosFileAttributes.class, call(view::readAttributes));
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

  /** The view "owner". */
  private static class Owner<V extends FileOwnerAttributeView> extends View<V>
      implements FileOwnerAttributeView {
    Owner(CallDispatcher dispatcher, V view) {
      super(dispatcher, view);
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

  /** The view "acl": the access control list, where the platform supports it. */
  private static final class Acl extends Owner<AclFileAttributeView>
      implements AclFileAttributeView {
    Acl(CallDispatcher dispatcher, AclFileAttributeView view) {
      super(dispatcher, view);
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

  /** The view "user": extended attributes. */
  private static final class UserDefined extends View<UserDefinedFileAttributeView>
      implements UserDefinedFileAttributeView {
    UserDefined(CallDispatcher dispatcher, UserDefinedFileAttributeView view) {
      super(dispatcher, view);
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
      // The call may run on another thread, which may not be allowed to use the caller's buffer.
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
