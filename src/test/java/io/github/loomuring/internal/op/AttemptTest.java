package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every errno of an attempt on the caller has one meaning. */
class AttemptTest {
  private static final Set<Errno> LATER =
      EnumSet.of(Errno.EAGAIN, Errno.EINTR, Errno.ENOMEM, Errno.ENOBUFS);
  private static final Set<Errno> REFUSED = EnumSet.of(Errno.EOPNOTSUPP, Errno.ENOSYS, Errno.EPERM);

  @ParameterizedTest
  @EnumSource(Errno.class)
  void errnoHasOneMeaning(Errno errno) {
    Attempt.Meaning expected =
        LATER.contains(errno)
            ? Attempt.Meaning.LATER
            : REFUSED.contains(errno) ? Attempt.Meaning.REFUSED : Attempt.Meaning.FAILURE;
    assertThat(Attempt.meaning(errno.negated())).isEqualTo(expected);
    assertThat(Attempt.isDecidedByRing(errno.negated()))
        .isEqualTo(expected != Attempt.Meaning.FAILURE);
  }
}
