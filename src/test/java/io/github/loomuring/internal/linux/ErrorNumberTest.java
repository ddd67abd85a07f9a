package io.github.loomuring.internal.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

/** The constants for switches are the numbers of {@link Errno}. */
class ErrorNumberTest {
  @Test
  void constantsAreTheNumbersOfErrno() throws Exception {
    int checked = 0;
    for (Field field : ErrorNumber.class.getFields()) {
      int number = field.getInt(null);
      Errno errno = Errno.valueOf(field.getName());
      assertThat(errno.number()).as(field.getName()).isEqualTo(number);
      assertThat(ErrorNumber.of(errno.negated())).isEqualTo(number);
      checked++;
    }
    assertThat(checked).isGreaterThan(20);
  }
}
