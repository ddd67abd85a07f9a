package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.loomuring.FileTimeoutException;
import io.github.loomuring.internal.call.Cancellation;
import io.github.loomuring.internal.linux.Errno;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import org.junit.jupiter.api.Test;

/** The exception of a cancelled operation follows from why it was cancelled. */
class CausesTest {
  @Test
  void resultIsThatOfACancelOnlyIfOneWasAskedFor() {
    for (Errno errno : new Errno[] {Errno.ECANCELED, Errno.EINTR, Errno.EAGAIN}) {
      assertThat(Causes.areOf(Causes.INTERRUPT, errno.negated())).as("%s", errno).isTrue();
      assertThat(Causes.areOf(0, errno.negated())).as("%s", errno).isFalse();
    }
    assertThat(Causes.areOf(Causes.INTERRUPT, Errno.ERESTARTSYS.negated())).isTrue();
    assertThat(Causes.areOf(Causes.INTERRUPT, Errno.EIO.negated())).isFalse();
    assertThat(Causes.areOf(Causes.INTERRUPT, 7)).isFalse();
  }

  @Test
  void closeComesBeforeTheDeadlineAndThatBeforeAnInterrupt() {
    int all = Causes.FILE_CLOSED | Causes.DEADLINE | Causes.INTERRUPT;
    assertThat(Causes.exception(all, "x")).isInstanceOf(AsynchronousCloseException.class);
    assertThat(Causes.exception(Causes.RING_CLOSED | Causes.INTERRUPT, "x"))
        .isInstanceOf(AsynchronousCloseException.class);
    assertThat(Causes.exception(Causes.DEADLINE | Causes.INTERRUPT, "file: read"))
        .isInstanceOf(FileTimeoutException.class)
        .hasMessageStartingWith("file: read");
    assertThat(Causes.exception(Causes.INTERRUPT, "file: read"))
        .isExactlyInstanceOf(InterruptedIOException.class)
        .hasMessage("file: read was interrupted");
  }

  @Test
  void interruptedThreadMayNotBegin() throws Exception {
    Cancellation.check("file");
    Thread.currentThread().interrupt();
    try {
      assertThatExceptionOfType(InterruptedIOException.class)
          .isThrownBy(() -> Cancellation.check("file"))
          .withMessageStartingWith("file: ");
      assertThat(Causes.exceptionOfAbandoned("file: open"))
          .isExactlyInstanceOf(InterruptedIOException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(Causes.exceptionOfAbandoned("file: open"))
        .isInstanceOf(AsynchronousCloseException.class);
  }

  @Test
  void bitsAreDistinctAndWithinTheMask() {
    int[] bits = {
      Causes.INTERRUPT,
      Causes.FILE_CLOSED,
      Causes.RING_CLOSED,
      Causes.SUPERSEDED,
      Causes.DEADLINE,
      Causes.TORN
    };
    int sum = 0;
    for (int bit : bits) {
      assertThat(Integer.bitCount(bit)).isEqualTo(1);
      assertThat(sum & bit).isZero();
      assertThat(bit & Causes.MASK).isEqualTo(bit);
      sum |= bit;
    }
  }
}
