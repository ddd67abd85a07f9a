package io.github.loomuring.nio;

import io.github.loomuring.support.LeakCheck;
import io.github.loomuring.support.TestChannels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the contracts of channels have in common. */
@ExtendWith(LeakCheck.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ChannelFixture {
  static final String TEXT = "0123456789";

  @TempDir Path directory;
  TestChannels channels;

  abstract TestChannels channels();

  @BeforeEach
  void openEngine() {
    channels = channels();
  }

  @AfterEach
  void closeEngine() {
    channels.close();
  }

  FileChannel open(Path path, OpenOption... options) throws IOException {
    return channels.open(path, options);
  }

  /** A file of {@link #TEXT}. */
  Path text() throws IOException {
    return Files.writeString(directory.resolve("file"), TEXT);
  }

  Path file(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What was put into the buffer so far. */
  static String string(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.position()];
    buffer.duplicate().flip().get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
