package io.github.loomuring.internal.ring;

import static io.github.loomuring.internal.linux.IoUring.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.loomuring.internal.linux.Errno;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.SimulatedKernel;
import io.github.loomuring.support.LeakCheck;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What io_uring_setup and its companions may answer. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LeakCheck.class)
class RingMemoryTest {
  private static final int ALL =
      IORING_SETUP_NO_SQARRAY | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;

  private final SimulatedKernel kernel = new SimulatedKernel();
  private int mappings;

  private RingMemory open(int entries, int completionEntries) throws UnavailableException {
    return open(entries, completionEntries, 0);
  }

  private RingMemory open(int entries, int completionEntries, int sqPollIdleMillis)
      throws UnavailableException {
    RingMemory memory = RingMemory.open(kernel, entries, completionEntries, sqPollIdleMillis);
    mappings = 2;
    memory.close(Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8));
    return memory;
  }

  private void assertUnavailable(String... messageParts) {
    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(() -> open(8, 16))
        .satisfies(e -> assertThat(e.getMessage()).contains(messageParts));
  }

  @AfterEach
  void everythingIsGivenBack() {
    assertThat(kernel.unbalanced()).isEmpty();
    assertThat(kernel.calls("munmap")).isEqualTo(mappings);
  }

  @Test
  void kernelThatKnowsEverythingGetsEverything() throws Exception {
    RingMemory memory = open(8, 64);
    assertThat(kernel.setupFlags()).containsExactly(ALL);
    assertThat(memory.grantedFlags())
        .containsExactly("NO_SQARRAY", "SUBMIT_ALL", "CQSIZE", "CLAMP");
    assertThat(memory.flags).isEqualTo(ALL);
    assertThat(memory.sqEntries).isEqualTo(8);
    assertThat(memory.cqEntries).isEqualTo(64);
    assertThat(kernel.calls("madvise")).isEqualTo(2);
  }

  @Test
  void flagsAreGivenUpOneByOne() throws Exception {
    kernel.unknownFlags(IORING_SETUP_SUBMIT_ALL);
    RingMemory memory = open(8, 64);
    assertThat(kernel.setupFlags())
        .containsExactly(
            ALL, ALL & ~IORING_SETUP_NO_SQARRAY, IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP);
    assertThat(memory.grantedFlags()).containsExactly("CQSIZE", "CLAMP");
    assertThat(memory.cqEntries).isEqualTo(64);
  }

  @Test
  void sizesAreThoseOfTheKernelIfItDoesNotTakeOurs() throws Exception {
    kernel.unknownFlags(ALL);
    RingMemory memory = open(8, 64);
    assertThat(memory.grantedFlags()).isEmpty();
    assertThat(memory.cqEntries).isEqualTo(16);
    assertThat(memory.rings.byteSize()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"32, 32, 128", "16, 16, 64", "8, 8, 32"})
  void ringIsMadeSmallerUntilItFitsTheMemoryLimit(int max, int entries, int completionEntries)
      throws Exception {
    kernel.entriesMax(max);
    RingMemory memory = open(128, 512);
    assertThat(memory.sqEntries).isEqualTo(entries);
    assertThat(memory.cqEntries).isEqualTo(completionEntries);
  }

  @Test
  void ringThatIsTooLargeAtItsSmallestNamesTheLimit() {
    kernel.entriesMax(4);
    assertUnavailable("ENOMEM", "RLIMIT_MEMLOCK");
  }

  @ParameterizedTest
  @CsvSource({
    "EPERM, kernel.io_uring_disabled",
    "EPERM, seccomp",
    "ENOSYS, CONFIG_IO_URING",
    "EMFILE, RLIMIT_NOFILE",
    "ENFILE, fs.file-max",
    "EOPNOTSUPP, gVisor",
    "ENOSYS, gVisor",
    "EINVAL, EINVAL (Invalid argument)"
  })
  void refusedSetUpNamesCauseAndRemedy(Errno errno, String remedy) {
    kernel.answer("ioUringSetup", errno.negated());
    assertUnavailable("io_uring_setup", errno.name(), remedy);
  }

  @Test
  void refusedEntryIsNoticedAtOnce() {
    kernel.answer("ioUringEnter", Errno.EPERM.negated());
    assertUnavailable("io_uring_enter", "EPERM", "seccomp");
  }

  @ParameterizedTest
  @EnumSource(names = {"EINVAL", "EPERM", "ENOSYS"})
  void kernelThatCannotBeProbedIsTooOld(Errno errno) {
    kernel.answer("ioUringRegister", errno.negated());
    assertUnavailable("IORING_REGISTER_PROBE", errno.name(), "5.6");
  }

  @ParameterizedTest
  @ValueSource(ints = {IORING_FEAT_SINGLE_MMAP, IORING_FEAT_NODROP, IORING_FEAT_SUBMIT_STABLE})
  void kernelWithoutAFeatureIsTooOld(int missing) {
    kernel.features(-1 & ~missing);
    assertUnavailable("lacks SINGLE_MMAP, NODROP or SUBMIT_STABLE", "5.6");
  }

  @Test
  void descriptorAndFirstMappingAreGivenBackIfAMappingFails() {
    kernel.answer("mmapSqes", Errno.ENOMEM.negated());
    mappings = 1;
    assertUnavailable("mapping", "ENOMEM");
  }

  @Test
  void descriptorIsGivenBackIfTheFirstMappingFails() {
    kernel.answer("mmap", Errno.EAGAIN.negated());
    assertUnavailable("mapping", "EAGAIN");
  }

  /** The number of its descriptor may be another file's by then. */
  @Test
  void closedRingIsNotRegisteredWith() throws Exception {
    RingMemory memory = open(8, 16);
    int calls = kernel.calls("ioUringRegister");
    MemorySegment errno = Arena.ofAuto().allocate(Kernel.ERRNO_BYTES, 8);
    assertThat(memory.register(errno, IORING_REGISTER_IOWQ_MAX_WORKERS, 0, 0))
        .isEqualTo(Errno.EBADF.negated());
    assertThat(kernel.calls("ioUringRegister")).isEqualTo(calls);
  }

  @Test
  void probeIsBelieved() throws Exception {
    kernel.without(IORING_OP_FTRUNCATE);
    RingMemory memory = open(8, 16);
    assertThat(memory.supports(IORING_OP_FTRUNCATE)).isFalse();
    assertThat(memory.supports(IORING_OP_READ)).isTrue();
    assertThat(memory.opcodeCount()).isEqualTo(64);
  }

  // ---- a thread of the kernel that submits

  @Test
  void threadThatSubmitsIsMadeWithItsIdleTime() throws Exception {
    kernel.features(-1);
    RingMemory memory = open(8, 64, 123);
    assertThat(memory.hasSqThread()).isTrue();
    assertThat(memory.grantedFlags()).contains("SQPOLL");
    assertThat(kernel.setupFlags()).containsExactly(ALL | IORING_SETUP_SQPOLL);
    assertThat(kernel.sqThreadIdles()).containsExactly(123);
  }

  @Test
  void noThreadSubmitsUnlessItIsAskedFor() throws Exception {
    kernel.features(-1);
    RingMemory memory = open(8, 64);
    assertThat(memory.hasSqThread()).isFalse();
    assertThat(kernel.sqThreadIdles()).containsExactly(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "EAGAIN", "ENOMEM"})
  void ringIsMadeWithoutThreadThatTheKernelRefuses(Errno errno) throws Exception {
    kernel.features(-1).refuse(IORING_SETUP_SQPOLL, errno);
    RingMemory memory = open(128, 512, 123);
    assertThat(memory.hasSqThread()).isFalse();
    assertThat(kernel.setupFlags()).containsExactly(ALL | IORING_SETUP_SQPOLL, ALL);
    assertThat(kernel.sqThreadIdles()).containsExactly(123, 0);
    assertThat(memory.sqEntries).isEqualTo(128);
    assertThat(memory.cqEntries).isEqualTo(512);
  }

  @Test
  void flagsThatOlderKernelsLackCostNoThread() throws Exception {
    kernel.features(-1).unknownFlags(IORING_SETUP_NO_SQARRAY | IORING_SETUP_SUBMIT_ALL);
    assertThat(open(8, 64, 123).grantedFlags()).containsExactly("CQSIZE", "CLAMP", "SQPOLL");
  }

  @Test
  void threadThatTakesRegisteredFilesOnlyIsDoneWithout() throws Exception {
    kernel.features(-1 & ~IORING_FEAT_SQPOLL_NONFIXED);
    RingMemory memory = open(8, 64, 123);
    assertThat(memory.hasSqThread()).isFalse();
    assertThat(kernel.setupFlags()).containsExactly(ALL | IORING_SETUP_SQPOLL, ALL);
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "ENOSYS", "EMFILE"})
  void ringThatCannotBeMadeAtAllIsNotTheThreadsFault(Errno errno) {
    kernel.answer("ioUringSetup", errno.negated());
    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(() -> open(8, 16, 123))
        .withMessageContaining(errno.name());
    assertThat(kernel.setupFlags()).last().isEqualTo(ALL);
  }
}
