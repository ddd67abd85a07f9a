package io.github.loomuring.environment;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Another process, which locks a file by the JDK. It is told {@code lock}, {@code release}, or
 * {@code try}: what it finds then, it prints as {@code free} or {@code taken}.
 */
final class LockFile {
  private LockFile() {}

  public static void main(String[] args) throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (FileChannel channel =
        FileChannel.open(Path.of(args[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      FileLock lock = null;
      for (String command = in.readLine(); command != null; command = in.readLine()) {
        switch (command) {
          case "lock" -> {
            lock = channel.lock();
            System.out.println("locked");
          }
          case "release" -> {
            lock.release();
            System.out.println("released");
          }
          case "try" -> {
            try (FileLock tried = channel.tryLock()) {
              System.out.println(tried != null ? "free" : "taken");
            }
          }
          default -> throw new IllegalArgumentException("command=" + command);
        }
      }
    }
  }
}
