package io.github.loomuring.internal.spi;

import io.github.loomuring.Sync;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * An engine that lets other engines do its operations: each call goes to the engine that {@link
 * #engine} returns for it. Buffers and the end are left to the subclass.
 */
public abstract class ForwardingEngine implements Engine {
  /** The engine that does one operation of the calling thread. */
  protected abstract Engine engine();

  @Override
  public boolean callsKernel() {
    return engine().callsKernel();
  }

  @Override
  public EngineFile open(Path path, OpenSpec spec) throws IOException {
    return engine().open(path, spec);
  }

  @Override
  public <T> T call(Callable<T> work) throws IOException {
    return engine().call(work);
  }

  @Override
  public <T> T callOrAbandon(Callable<T> work) throws IOException {
    return engine().callOrAbandon(work);
  }

  @Override
  public byte[] readAll(Path path) throws IOException {
    return engine().readAll(path);
  }

  @Override
  public void write(Path path, OpenSpec spec, byte[] bytes, Sync sync) throws IOException {
    engine().write(path, spec, bytes, sync);
  }

  @Override
  public FileStatus status(Path path, boolean followLinks) throws IOException {
    return engine().status(path, followLinks);
  }

  @Override
  public void setTimes(Path path, FileTime lastModified, FileTime lastAccess) throws IOException {
    engine().setTimes(path, lastModified, lastAccess);
  }

  @Override
  public void setPermissions(Path path, Set<PosixFilePermission> permissions) throws IOException {
    engine().setPermissions(path, permissions);
  }

  @Override
  public void delete(Path path) throws IOException {
    engine().delete(path);
  }

  @Override
  public void move(Path source, Path target, Set<CopyOption> options) throws IOException {
    engine().move(source, target, options);
  }

  @Override
  public void exchange(Path one, Path other) throws IOException {
    engine().exchange(one, other);
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    engine().createDirectory(directory, attributes);
  }

  @Override
  public void createSymbolicLink(Path link, Path target) throws IOException {
    engine().createSymbolicLink(link, target);
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    engine().createLink(link, existing);
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    return engine().readSymbolicLink(link);
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    engine().copy(source, target, options);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return engine().list(directory);
  }
}
