package io.github.loomuring.nio;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contracts of the provider are true of the JDK's, and of ours on rings and on the pool. */
class ProviderContractTest {
  @Nested
  @ParameterizedClass
  @EnumSource
  class Opening extends OpenOptionsContract {
    @Parameter Subject subject;

    @Override
    Subject subject() {
      return subject;
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class AttributesOfFiles extends AttributesContract {
    @Parameter Subject subject;

    @Override
    Subject subject() {
      return subject;
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class Directories extends DirectoriesContract {
    @Parameter Subject subject;

    @Override
    Subject subject() {
      return subject;
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class CopiesAndMoves extends CopyAndMoveContract {
    @Parameter Subject subject;

    @Override
    Subject subject() {
      return subject;
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class Paths extends PathsContract {
    @Parameter Subject subject;

    @Override
    Subject subject() {
      return subject;
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"JDK", "RING_NOTHING_INLINE"})
  class NamesThatAreNoText extends OddNamesContract {
    @Parameter Subject subject;

    @Override
    Subject subject() {
      return subject;
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class Interrupts extends StreamsAndInterruptsContract {
    @Parameter Subject subject;

    @Override
    Subject subject() {
      return subject;
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class TheFileSystem extends FileSystemContract {
    @Parameter Subject subject;

    @Override
    Subject subject() {
      return subject;
    }
  }

  @Nested
  @ParameterizedClass
  @EnumSource
  class Models extends TreeModelContract {
    @Parameter Subject subject;

    @Override
    Subject subject() {
      return subject;
    }
  }
}
