package io.github.loomuring.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.loomuring.Uring;
import io.github.loomuring.support.Engines;
import io.github.loomuring.support.Fifos;
import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.Waiting;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the contracts of streams do not reach, whose locks are in front of the channel's. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UninterruptibleChannelTest {
  @TempDir Path directory;

  /** The first waits for bytes, the second for the position: interrupts end neither. */
  @ParameterizedTest
  @EnumSource(names = {"RING", "POOL", "CHANNELS"})
  void interruptedReadersWaitForBytesAndForEachOther(Engines engine) throws Exception {
    Path fifo = Fifos.make(directory.resolve("fifo"));
    try (Uring uring = engine.open();
        FileChannel writer =
            FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel channel =
            UninterruptibleChannel.open(uring, fifo, Set.of(StandardOpenOption.READ))) {
      CompletableFuture<String> first = new CompletableFuture<>();
      CompletableFuture<String> second = new CompletableFuture<>();
      Thread one = read(channel, first);
      Waiting.untilParked(one);
      Thread two = read(channel, second);
      Waiting.untilParked(two);
      two.interrupt();
      one.interrupt();
      writer.write(ByteBuffer.wrap(new byte[] {'a'}));
      assertThat(first.get()).isEqualTo("1 interrupted=true");
      writer.write(ByteBuffer.wrap(new byte[] {'b'}));
      assertThat(second.get()).isEqualTo("1 interrupted=true");
      assertThat(channel.isOpen()).isTrue();
    }
  }

  private static Thread read(FileChannel channel, CompletableFuture<String> result) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                int n = channel.read(ByteBuffer.allocate(1));
                result.complete(n + " interrupted=" + Thread.currentThread().isInterrupted());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"RING", "POOL", "CHANNELS"})
  void transfersBetweenTwoOfThemMoveTheBytes(Engines engine) throws Exception {
    Path source = Files.writeString(directory.resolve("source"), "content");
    Path target = directory.resolve("target");
    try (Uring uring = engine.open();
        FileChannel in =
            UninterruptibleChannel.open(uring, source, Set.of(StandardOpenOption.READ));
        FileChannel out =
            UninterruptibleChannel.open(
                uring, target, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE))) {
      Thread.currentThread().interrupt();
      assertThat(in.transferTo(0, 7, out)).isEqualTo(7);
      assertThat(out.transferFrom(in, 7, 7)).isEqualTo(7);
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(target).hasContent("contentcontent");
  }
}
