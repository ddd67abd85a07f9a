package io.github.loomuring;

import io.github.loomuring.support.Engines;
import io.github.loomuring.support.TestFiles;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contracts of operations on paths are true of the JDK's and of every engine's. */
class FileOperationsTest {
  /** Whose operations. */
  enum By {
    JDK(null),
    RING(Engines.RING),
    RING_NOTHING_INLINE(Engines.RING_NOTHING_INLINE),
    RING_TINY(Engines.RING_TINY),
    RING_NON_BLOCKING(Engines.RING_NON_BLOCKING),
    POOL(Engines.POOL),
    POOL_NON_BLOCKING(Engines.POOL_NON_BLOCKING),
    CHANNELS(Engines.CHANNELS);

    private final Engines engine;

    By(Engines engine) {
      this.engine = engine;
    }

    TestFiles open() {
      return engine == null ? TestFiles.jdk() : TestFiles.on(engine.open());
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class Names extends FileOperationsContract {
    @Parameter By by;

    @Override
    TestFiles open() {
      return by.open();
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class Links extends FileOperationsLinkContract {
    @Parameter By by;

    @Override
    TestFiles open() {
      return by.open();
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class Moves extends FileOperationsMoveContract {
    @Parameter By by;

    @Override
    TestFiles open() {
      return by.open();
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"JDK", "RING_TINY"})
  class NamesThatAreNoText extends FileOperationsOddNamesContract {
    @Parameter By by;

    @Override
    TestFiles open() {
      return by.open();
    }

    @Override
    boolean isOnDisk() {
      return by == By.RING;
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class Content extends FileOperationsContentContract {
    @Parameter By by;

    @Override
    TestFiles open() {
      return by.open();
    }
  }
}
