package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Scratch is one thread's at a time, and is used again. */
class ScratchTest {
  @Test
  void iovecHoldsTheRangeAndErrnoFollowsIt() {
    Scratch scratch = Scratch.acquire();
    long iovec = scratch.iovec(123, 456);
    MemorySegment memory = Memory.at(iovec, Fcntl.IOVEC_BYTES);
    assertThat(memory.get(ValueLayout.JAVA_LONG, Fcntl.IOVEC_BASE)).isEqualTo(123);
    assertThat(memory.get(ValueLayout.JAVA_LONG, Fcntl.IOVEC_LEN)).isEqualTo(456);
    assertThat(scratch.errno.address()).isEqualTo(iovec + Fcntl.IOVEC_BYTES);
    scratch.release();
  }

  @Test
  void scratchIsUsedAgainAndNeverByTwo() {
    List<Scratch> taken = new ArrayList<>();
    Set<Long> addresses = new HashSet<>();
    for (int i = 0; i < 2_000; i++) { // more than are kept
      taken.add(Scratch.acquire());
      assertThat(addresses.add(taken.get(i).errno.address())).isTrue();
    }
    taken.forEach(Scratch::release);
    Scratch again = Scratch.acquire();
    assertThat(taken).contains(again);
    again.release();
  }
}
