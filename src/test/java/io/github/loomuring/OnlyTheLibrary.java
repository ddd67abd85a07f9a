package io.github.loomuring;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;

/** Leaves out what is compiled with the tests, wherever that is put. */
public final class OnlyTheLibrary implements ImportOption {
  private static final String TESTS =
      OnlyTheLibrary.class.getProtectionDomain().getCodeSource().getLocation().getPath();

  @Override
  public boolean includes(Location location) {
    return !location.contains(TESTS);
  }
}
