package io.github.loomuring.nio;

import io.github.loomuring.FileOperations;
import io.github.loomuring.Uring;
import io.github.loomuring.internal.Access;
import io.github.loomuring.internal.call.Deadlines;
import io.github.loomuring.internal.call.Interrupts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;

/**
 * Decides where a call of a file system runs, and runs it there.
 *
 * <p>A virtual thread must not block its carrier: its calls run on the ring or on the pool. A
 * platform thread has no carrier, so the platform's file system does its calls on the thread
 * itself. A call with a deadline never runs there, because the platform knows no deadlines.
 *
 * <p>As in {@link java.nio.file.Files}, an interrupt does not end a call. Any thread may use a
 * dispatcher.
 */
final class CallDispatcher {
  /** A blocking call of the platform. */
  interface PlatformCall<T> {
    T call() throws IOException;
  }

  /** A blocking call of the platform that throws no {@link IOException}. */
  interface UncheckedPlatformCall<T> extends PlatformCall<T> {
    @Override
    T call();
  }

  /** A blocking call of the platform without a result. */
  interface PlatformAction {
    void run() throws IOException;
  }

  /** The operation of the library that does the same as a {@link PlatformCall}. */
  interface RingCall<T> {
    T call(FileOperations files) throws IOException;
  }

  private final Uring own; // null: the shared one

  /**
   * Makes a dispatcher.
   *
   * @param own runs the calls; null for the shared {@code Uring}
   */
  CallDispatcher(Uring own) {
    this.own = own;
  }

  /**
   * Returns the {@code Uring} that runs the calls. It returns null while the calling thread itself
   * makes the shared ring. That may need files, for example the configuration of a logger; the
   * platform then does these calls.
   */
  Uring uring() {
    if (own != null) {
      return own;
    }
    Uring shared = Uring.shared();
    return Access.get().isBeingOpenedByCallingThread(shared) ? null : shared;
  }

  boolean isOpen() {
    return own == null || own.isOpen();
  }

  void checkOpen() {
    if (!isOpen()) {
      throw new ClosedFileSystemException();
    }
  }

  /** Runs a call of the platform: for a virtual thread on the pool. */
  <T> T call(PlatformCall<T> call) throws IOException {
    Uring uring = uringIfItMustNotBlock();
    return uring == null
        ? call.call()
        : Interrupts.ignored(() -> Access.get().engine(uring).call(call::call));
  }

  /** As {@link #call}, without a result. */
  void run(PlatformAction action) throws IOException {
    call(
        () -> {
          action.run();
          return null;
        });
  }

  /**
   * As {@link #call}, where the caller must not throw an {@link IOException}.
   *
   * @throws UncheckedIOException if the deadline has passed, or the {@code Uring} was closed
   */
  <T> T callUnchecked(UncheckedPlatformCall<T> call) {
    try {
      return call(call);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs {@code ringCall} for a virtual thread, or {@code call} if the JDK makes the calls anyway.
   */
  <T> T callOnRing(RingCall<T> ringCall, PlatformCall<T> call) throws IOException {
    Uring uring = uringIfItMustNotBlock();
    return uring == null || !Access.get().engine(uring).callsKernel()
        ? call(call)
        : Interrupts.ignored(() -> withPlatformExceptions(() -> ringCall.call(uring.files())));
  }

  /**
   * Opens a file on a {@code Uring}. As with the platform, an interrupt does not end the open, even
   * if it closes the channel later.
   */
  static <T> T open(PlatformCall<T> open) throws IOException {
    return Interrupts.ignored(() -> withPlatformExceptions(open));
  }

  /**
   * Replaces a {@link FileSystemLoopException}. The platform throws it for directories only, and a
   * plain {@link FileSystemException} for a loop of symbolic links.
   */
  private static <T> T withPlatformExceptions(PlatformCall<T> call) throws IOException {
    try {
      return call.call();
    } catch (FileSystemLoopException e) {
      FileSystemException plain =
          new FileSystemException(e.getFile(), e.getOtherFile(), e.getReason());
      plain.setStackTrace(e.getStackTrace());
      throw plain;
    }
  }

  /** Returns the {@code Uring} that the calling thread parks on; null if the thread may block. */
  private Uring uringIfItMustNotBlock() {
    checkOpen();
    return Thread.currentThread().isVirtual() || Deadlines.isSet() ? uring() : null;
  }
}
