package io.github.loomuring.internal.op;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Fcntl;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.internal.ring.Gate;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When attempts that do not wait are given up for good. */
class DeviceTest {
  private final Device device = new Device(new Gate(1, null), Fcntl.EXT4_SUPER_MAGIC);

  @ParameterizedTest
  @EnumSource(names = {"EOPNOTSUPP", "ENOSYS"})
  void attemptsThatTheFileSystemRefusesAreGivenUp(Errno errno) {
    refuse(LinuxKernel.INSTANCE, errno);
    assertThat(device.nowaitReads()).isFalse();
    assertThat(device.nowaitWrites()).isFalse();
  }

  /** One that is sealed, for example. */
  @Test
  void attemptsThatOneFileRefusesGoOn() {
    refuse(LinuxKernel.INSTANCE, Errno.EPERM);
    assertThat(device.nowaitReads()).isTrue();
    assertThat(device.nowaitWrites()).isTrue();
  }

  @Test
  void attemptsThatAProfileOfSeccompRefusesAreGivenUp() {
    int refusal = Errno.EPERM.negated();
    refuse(
        new SimulatedKernel().answer("preadv2", refusal).answer("pwritev2", refusal), Errno.EPERM);
    assertThat(device.nowaitReads()).isFalse();
    assertThat(device.nowaitWrites()).isFalse();
  }

  private void refuse(Kernel kernel, Errno errno) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment scratch = arena.allocate(Kernel.ERRNO_BYTES, 8);
      device.readRefused(kernel, scratch, errno.negated());
      device.writeRefused(kernel, scratch, errno.negated());
    }
  }
}
