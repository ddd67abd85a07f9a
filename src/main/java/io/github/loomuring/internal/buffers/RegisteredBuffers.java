package io.github.loomuring.internal.buffers;

import static io.github.loomuring.internal.linux.IoUring.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.loomuring.internal.buffers.BufferSet.Registration;
import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.log.LazyLogger;
import io.github.loomuring.internal.ring.KernelRing;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The kernel's table of registered buffers, with the same entries in each of an engine's rings.
 *
 * <p>Calls may block, because the kernel pins memory and waits for the ring's lock. So pool threads
 * make them. The kernel drops entries that are not removed when the ring is closed.
 */
public final class RegisteredBuffers implements BufferSet.Registrar {
  private static final LazyLogger LOGGER = new LazyLogger(RegisteredBuffers.class);

  /** The entries of the table. The kernel allows 16,384 (IORING_MAX_REG_BUFFERS), of 1 GiB each. */
  private static final int TABLE_ENTRIES = 4096;

  private static final Registration NO_RING = Registration.refused("there is no io_uring");

  private final List<KernelRing> rings;
  private final ReentrantLock lock = new ReentrantLock();
  private final BitSet used = new BitSet(TABLE_ENTRIES); // guarded by lock
  private boolean tableMade; // guarded by lock
  private boolean logged; // guarded by lock

  /** A table in each of {@code rings}; if there are none, buffers are used without one. */
  public RegisteredBuffers(List<KernelRing> rings) {
    this.rings = rings;
  }

  @Override
  public Registration register(MemorySegment memory, long partBytes) {
    if (rings.isEmpty()) {
      return NO_RING;
    }
    lock.lock();
    try (Arena arena = Arena.ofConfined()) {
      Registration registration = register(new Calls(arena), memory, partBytes);
      if (registration.refusal() != null && !logged) {
        logged = true;
        LOGGER
            .get()
            .log(Level.WARNING, "buffers are used without registration: " + registration.refusal());
      }
      return registration;
    } finally {
      lock.unlock();
    }
  }

  private Registration register(Calls calls, MemorySegment memory, long partBytes) {
    for (KernelRing ring : rings) {
      if (!ring.supports(IORING_OP_READ_FIXED) || !ring.supports(IORING_OP_WRITE_FIXED)) {
        return Registration.refused(
            "the kernel's io_uring lacks IORING_OP_READ_FIXED or IORING_OP_WRITE_FIXED");
      }
    }
    if (!tableMade) {
      int result = calls.makeTable();
      if (result < 0) {
        return Registration.refused(
            "IORING_REGISTER_BUFFERS2: " + Errno.describe(result) + remedy(result));
      }
      tableMade = true;
    }
    int parts = Math.toIntExact(Math.ceilDiv(memory.byteSize(), partBytes));
    int first = free(parts);
    if (first < 0) {
      return Registration.refused(
          "the ring's table has no room for parts="
              + parts
              + ", of "
              + TABLE_ENTRIES
              + "; close other buffers first, or ask for fewer");
    }
    for (int i = 0; i < parts; i++) {
      long offset = i * partBytes;
      long length = Math.min(partBytes, memory.byteSize() - offset);
      int result = calls.update(first + i, memory.address() + offset, length);
      if (result < 0) {
        for (int j = 0; j < i; j++) {
          calls.update(first + j, 0, 0);
        }
        return Registration.refused(
            "IORING_REGISTER_BUFFERS_UPDATE: " + Errno.describe(result) + remedy(result));
      }
    }
    used.set(first, first + parts);
    return new Registration(first, parts, null);
  }

  /** The index of the first of {@code parts} free entries in a row, or -1. */
  private int free(int parts) {
    int first = used.nextClearBit(0);
    while (first + parts <= TABLE_ENTRIES) {
      int next = used.nextSetBit(first);
      if (next < 0 || next >= first + parts) {
        return first;
      }
      first = used.nextClearBit(next);
    }
    return -1;
  }

  private static String remedy(int result) {
    if (Errno.ENOMEM.is(result)) {
      return "; registered memory is locked: raise RLIMIT_MEMLOCK (ulimit -l), give the process"
          + " CAP_IPC_LOCK, or ask for fewer buffers";
    }
    if (Errno.EINVAL.is(result)) {
      return "; use Linux 5.19 or later";
    }
    if (Errno.EPERM.is(result) || Errno.EACCES.is(result)) {
      return "; allow io_uring_register in the seccomp profile";
    }
    return "";
  }

  /** Undoes a registration; no operation may use the memory. */
  public void unregister(Registration registration) {
    lock.lock();
    try (Arena arena = Arena.ofConfined()) {
      Calls calls = new Calls(arena);
      for (int i = 0; i < registration.parts(); i++) {
        int result = calls.update(registration.firstIndex() + i, 0, 0);
        if (result < 0) {
          // EBADF: the ring is closed. Otherwise the entry and its memory stay until it is closed.
          LOGGER.get().log(Level.DEBUG, "buffers stay registered: {0}", Errno.describe(result));
          return;
        }
      }
      used.clear(registration.firstIndex(), registration.firstIndex() + registration.parts());
    } finally {
      lock.unlock();
    }
  }

  /** The system calls, and memory for their arguments. */
  private final class Calls {
    private final MemorySegment errno;
    private final MemorySegment argument;
    private final MemorySegment iovec;

    Calls(Arena arena) {
      errno = arena.allocate(Kernel.ERRNO_BYTES, 8);
      argument = arena.allocate(Math.max(RSRC_REGISTER_BYTES, RSRC_UPDATE2_BYTES), 8);
      iovec = arena.allocate(Fcntl.IOVEC_BYTES, 8);
    }

    int makeTable() {
      argument.fill((byte) 0);
      argument.set(JAVA_INT, RSRC_REGISTER_NR, TABLE_ENTRIES);
      argument.set(JAVA_INT, RSRC_REGISTER_FLAGS, IORING_RSRC_REGISTER_SPARSE);
      return all(IORING_REGISTER_BUFFERS2, (int) RSRC_REGISTER_BYTES);
    }

    /** Sets an entry of the table; a length of 0 clears it. */
    int update(int index, long address, long length) {
      iovec.set(JAVA_LONG, Fcntl.IOVEC_BASE, address);
      iovec.set(JAVA_LONG, Fcntl.IOVEC_LEN, length);
      argument.fill((byte) 0);
      argument.set(JAVA_INT, RSRC_UPDATE2_OFFSET, index);
      argument.set(JAVA_LONG, RSRC_UPDATE2_DATA, iovec.address());
      argument.set(JAVA_INT, RSRC_UPDATE2_NR, 1);
      return all(IORING_REGISTER_BUFFERS_UPDATE, (int) RSRC_UPDATE2_BYTES);
    }

    /** Makes a call for each ring. Returns the first error, if there is one. */
    private int all(int opcode, int bytes) {
      int error = 0;
      for (KernelRing ring : rings) {
        int result;
        do {
          result = ring.register(errno, opcode, argument.address(), bytes);
        } while (Errno.EINTR.is(result));
        error = error < 0 ? error : result;
      }
      return error;
    }
  }
}
