package io.github.loomuring.internal.op;

import io.github.loomuring.internal.buffers.BufferSet;
import io.github.loomuring.internal.buffers.BufferSets;
import io.github.loomuring.internal.buffers.RegisteredBuffers;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.ring.RingSettings;
import io.github.loomuring.internal.ring.UnavailableException;
import io.github.loomuring.internal.spi.Engine;
import io.github.loomuring.internal.spi.EngineFile;
import io.github.loomuring.internal.spi.ForwardingEngine;
import io.github.loomuring.internal.spi.OpenSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several rings as one engine, for more processors than one ring serves.
 *
 * <p>Files are opened on the rings in turn, and then have nothing to do with this class. In turn,
 * and not by the thread that opens, because one thread often opens what many use. Everything else
 * goes to the ring that the calling thread's number leads to, with nothing shared between threads.
 */
public final class ManyRings extends ForwardingEngine {
  private final RingEngine[] rings;
  private final AtomicInteger opens = new AtomicInteger();

  /** The table of all rings: a buffer has the same index in each of them. */
  private final RegisteredBuffers registeredBuffers;

  private ManyRings(RingEngine[] rings) {
    this.rings = rings;
    this.registeredBuffers =
        new RegisteredBuffers(
            Arrays.stream(rings).flatMap(ring -> ring.kernelRings().stream()).toList());
  }

  /** Opens {@code settings.rings()} rings on the running kernel, or says why there are none. */
  public static ManyRings open(RingSettings settings) throws UnavailableException {
    return open(RunningKernel.get(), settings);
  }

  /** As {@link #open(RingSettings)}, on {@code kernel}. */
  static ManyRings open(Kernel kernel, RingSettings settings) throws UnavailableException {
    RingEngine[] rings = new RingEngine[settings.rings()];
    BufferSets bufferSets = new BufferSets();
    int opened = 0;
    try {
      while (opened < rings.length) {
        rings[opened] = RingEngine.open(kernel, settings, bufferSets);
        opened++;
      }
    } finally {
      if (opened < rings.length) {
        close(Arrays.asList(rings).subList(0, opened));
      }
    }
    return new ManyRings(rings);
  }

  @Override
  public EngineFile open(Path path, OpenSpec spec) throws IOException {
    return rings[Math.floorMod(opens.getAndIncrement(), rings.length)].open(path, spec);
  }

  /** The ring of the calling thread. */
  @Override
  protected Engine engine() {
    // Thread numbers may come in steps, such as of two where threads come in pairs: mixed, all
    // rings get their share. The factor is 2^64 divided by the golden ratio.
    long mixed = Thread.currentThread().threadId() * 0x9e3779b97f4a7c15L;
    return rings[(int) (((mixed >>> 32) * rings.length) >>> 32)];
  }

  @Override
  public BufferSet buffers(int count, int bytes) throws IOException {
    return rings[0].buffers(count, bytes, registeredBuffers);
  }

  @Override
  public void close(BufferSet buffers) {
    rings[0].close(buffers, registeredBuffers);
  }

  /** Whether all are: where one has failed, files cannot be relied on to open. */
  @Override
  public boolean isOpen() {
    for (RingEngine ring : rings) {
      if (!ring.isOpen()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    close(List.of(rings));
  }

  /** All at once: one that is slow must not take the time that others are given to end. */
  private static void close(List<RingEngine> rings) {
    long deadlineNanos = System.nanoTime() + RingEngine.CLOSE_TIMEOUT_NANOS;
    rings.forEach(RingEngine::beginClose);
    for (RingEngine ring : rings) {
      ring.awaitClosed(deadlineNanos);
    }
  }

  /** The rings, for tests and diagnosis. */
  public List<RingEngine> rings() {
    return List.of(rings);
  }

  @Override
  public String toString() {
    return rings.length + " rings, each a " + rings[0];
  }
}
