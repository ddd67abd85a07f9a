package io.github.loomuring.internal.op;

import io.github.loomuring.internal.jvm.Headroom;
import io.github.loomuring.internal.linux.Kernel;
import io.github.loomuring.internal.linux.LinuxKernel;
import io.github.loomuring.internal.ring.UnavailableException;

/** The kernel that runs, if the library can call it. */
final class RunningKernel {
  private RunningKernel() {}

  /** The kernel, or why it cannot be called. */
  static Kernel get() throws UnavailableException {
    String system = System.getProperty("os.name");
    String architecture = System.getProperty("os.arch");
    if (!system.equals("Linux")) {
      throw new UnavailableException("this is " + system + ", and io_uring is part of Linux");
    }
    if (!architecture.equals("amd64") && !architecture.equals("aarch64")) {
      throw new UnavailableException(
          "os.arch=" + architecture + " is not supported; amd64 and aarch64 are");
    }
    try {
      Headroom.check();
      return LinuxKernel.INSTANCE;
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      throw noNativeAccess(e);
    } catch (OutOfMemoryError e) {
      throw UnavailableException.shortage(e);
    }
  }

  /** Why the binding could not be initialised, with the remedy. */
  static UnavailableException noNativeAccess(Throwable t) {
    Throwable cause = t;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    Module module = RunningKernel.class.getModule();
    String remedy =
        module.isNativeAccessEnabled()
            ? ""
            : "; start the JVM with --enable-native-access="
                + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    return new UnavailableException(
        "libc cannot be called: " + cause + remedy, UnavailableException.Prospect.LASTING, t);
  }
}
