package io.github.loomuring.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the tests of a class on the engines, and with the policies, on which transfers differ. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnumSource(
    value = Engines.class,
    names = {
      "RING",
      "RING_NOTHING_INLINE",
      "RING_NON_BLOCKING",
      "RING_TINY",
      "POOL",
      "POOL_NOTHING_INLINE",
      "CHANNELS"
    })
public @interface OnManyEngines {}
