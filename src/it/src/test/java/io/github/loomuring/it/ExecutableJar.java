package io.github.loomuring.it;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.springframework.boot.loader.launch.JarLauncher;

/**
 * Makes what Spring Boot's Maven plugin makes of a program: its loader, the program's classes, and
 * the jars of its class path, which are not compressed again.
 */
final class ExecutableJar {
  private ExecutableJar() {}

  /**
   * Makes {@code jar} of the class path of the tests.
   *
   * @param main whose {@code main} is called
   * @param without an entry of the class path that is left out
   * @return {@code jar}
   */
  static Path make(Path jar, Class<?> main, Path without) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry(JarFile.MANIFEST_NAME));
      manifest(main).write(out);
      addTree(out, placeOf(JarLauncher.class), "org/springframework/boot/loader", "");
      out.putNextEntry(new ZipEntry("BOOT-INF/classes/")); // the loader looks for it
      addTree(out, placeOf(main), "", "BOOT-INF/classes/");
      out.putNextEntry(new ZipEntry("BOOT-INF/lib/"));
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        Path library = Path.of(entry);
        if (Files.isRegularFile(library) && !library.equals(without)) {
          addLibrary(out, library);
        }
      }
    }
    return jar;
  }

  /** The jar or the directory that {@code type} is from. */
  static Path placeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static Manifest manifest(Class<?> main) {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, JarLauncher.class.getName());
    attributes.putValue("Start-Class", main.getName());
    attributes.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
    attributes.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
    return manifest;
  }

  /** Adds what is below {@code top} in {@code place}, a jar or a directory. */
  private static void addTree(ZipOutputStream out, Path place, String top, String prefix)
      throws IOException {
    if (Files.isDirectory(place)) {
      addFiles(out, place, top, prefix);
    } else {
      try (FileSystem inside = FileSystems.newFileSystem(place)) {
        addFiles(out, inside.getPath("/"), top, prefix);
      }
    }
  }

  private static void addFiles(ZipOutputStream out, Path root, String top, String prefix)
      throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(root.resolve(top))) {
      files = all.filter(path -> !path.equals(root)).sorted().toList();
    }
    for (Path file : files) {
      boolean isDirectory = Files.isDirectory(file);
      out.putNextEntry(new ZipEntry(prefix + root.relativize(file) + (isDirectory ? "/" : "")));
      if (!isDirectory) {
        Files.copy(file, out);
      }
    }
  }

  /** The loader reads a jar in the jar in place: it must not be compressed. */
  private static void addLibrary(ZipOutputStream out, Path library) throws IOException {
    byte[] bytes = Files.readAllBytes(library);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry("BOOT-INF/lib/" + library.getFileName());
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    out.putNextEntry(entry);
    out.write(bytes);
  }
}
