package io.github.loomuring.internal.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every constant of the binding against the C compiler and the headers that are installed. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LayoutTest {
  private static final String HEADERS =
      """
      #define _GNU_SOURCE
      #include <stdio.h>
      #include <stddef.h>
      #include <errno.h>
      #include <fcntl.h>
      #include <poll.h>
      #include <sys/mman.h>
      #include <sys/stat.h>
      #include <sys/statfs.h>
      #include <sys/uio.h>
      #include <linux/fs.h>
      #include <linux/io_uring.h>
      #include <linux/limits.h>
      #include <linux/magic.h>
      #include <linux/openat2.h>
      """;

  /** Constants that have no C name of their own. All others are named as in C. */
  private static final Map<String, String> EXPRESSIONS = expressions();

  /** What no header says: a bound of the kernel's own code. */
  private static final Set<String> NOT_IN_HEADERS = Set.of("MAX_RW_COUNT", "PROBE_OPS");

  /** Restart codes are in a header that is not exported to programs. */
  private static final Pattern KERNEL_ONLY = Pattern.compile("ERESTART.*");

  @TempDir Path directory;

  private static Map<String, String> expressions() {
    Map<String, String> all = new TreeMap<>();
    struct(
        all,
        "PARAMS",
        "struct io_uring_params",
        "SQ_ENTRIES",
        "CQ_ENTRIES",
        "FLAGS",
        "SQ_THREAD_IDLE",
        "FEATURES");
    for (String field : new String[] {"HEAD", "TAIL", "FLAGS", "ARRAY"}) {
      String name = "sq_off." + field.toLowerCase(java.util.Locale.ROOT);
      all.put("PARAMS_SQ_OFF_" + field, "offsetof(struct io_uring_params, " + name + ")");
    }
    for (String field : new String[] {"HEAD", "TAIL", "CQES"}) {
      String name = "cq_off." + field.toLowerCase(java.util.Locale.ROOT);
      all.put("PARAMS_CQ_OFF_" + field, "offsetof(struct io_uring_params, " + name + ")");
    }
    struct(
        all,
        "SQE",
        "struct io_uring_sqe",
        "OPCODE",
        "FLAGS",
        "FD",
        "OFF",
        "ADDR",
        "LEN",
        "USER_DATA",
        "BUF_INDEX",
        "FILE_INDEX",
        "ADDR3");
    all.put("SQE_PAD2", "offsetof(struct io_uring_sqe, __pad2)");
    struct(all, "RSRC_REGISTER", "struct io_uring_rsrc_register", "NR", "FLAGS");
    struct(all, "RSRC_UPDATE2", "struct io_uring_rsrc_update2", "OFFSET", "DATA", "NR");
    all.put("SQE_OP_FLAGS", "offsetof(struct io_uring_sqe, rw_flags)");
    struct(all, "CQE", "struct io_uring_cqe", "USER_DATA", "RES");
    struct(all, "OPEN_HOW", "struct open_how", "FLAGS", "MODE", "RESOLVE");
    all.put(
        "PROBE_BYTES", "sizeof(struct io_uring_probe) + 256 * sizeof(struct io_uring_probe_op)");
    all.put("PROBE_LAST_OP", "offsetof(struct io_uring_probe, last_op)");
    all.put("IOVEC_BYTES", "sizeof(struct iovec)");
    all.put("IOVEC_BASE", "offsetof(struct iovec, iov_base)");
    all.put("IOVEC_LEN", "offsetof(struct iovec, iov_len)");
    struct(all, "TIMESPEC", "struct timespec", "TV_SEC", "TV_NSEC");
    all.put("STATX_BYTES", "sizeof(struct statx)");
    all.put("STATX_SIZE_BYTES", "offsetof(struct statx, stx_size)");
    for (String field :
        new String[] {
          "MASK", "BLKSIZE", "MODE", "DEV_MAJOR", "DEV_MINOR", "DIO_MEM_ALIGN", "DIO_OFFSET_ALIGN"
        }) {
      String name = "stx_" + field.toLowerCase(java.util.Locale.ROOT);
      all.put("STATX_" + field, "offsetof(struct statx, " + name + ")");
    }
    for (String field :
        new String[] {"NLINK", "UID", "GID", "INO", "BLOCKS", "ATIME", "BTIME", "CTIME", "MTIME"}) {
      String name = "stx_" + field.toLowerCase(java.util.Locale.ROOT);
      all.put("STATX_" + field + "_OFFSET", "offsetof(struct statx, " + name + ")");
    }
    all.put("STATX_TIMESTAMP_NSEC", "offsetof(struct statx_timestamp, tv_nsec)");
    all.put("STATFS_BYTES", "sizeof(struct statfs)");
    all.put("STATFS_TYPE", "offsetof(struct statfs, f_type)");
    return all;
  }

  private static void struct(
      Map<String, String> all, String prefix, String type, String... fields) {
    all.put(prefix + "_BYTES", "sizeof(" + type + ")");
    for (String field : fields) {
      String name = field.toLowerCase(java.util.Locale.ROOT);
      all.put(prefix + "_" + field, "offsetof(" + type + ", " + name + ")");
    }
  }

  @Test
  void constantsAreThoseOfTheHeaders() throws Exception {
    Map<String, Long> ours = ours();
    String preprocessed = preprocessed();
    Map<String, String> asked = new TreeMap<>();
    List<String> lacking = new ArrayList<>();
    for (String name : ours.keySet()) {
      String expression = EXPRESSIONS.getOrDefault(name, name);
      if (NOT_IN_HEADERS.contains(name) || KERNEL_ONLY.matcher(name).matches()) {
        continue;
      }
      // The last word is the constant, or the field of a struct.
      String[] words = expression.split("\\W+", -1);
      String word = Arrays.stream(words).filter(w -> w.matches("[A-Za-z_]\\w*")).toList().getLast();
      if (Pattern.compile("\\b" + word + "\\b").matcher(preprocessed).find()) {
        asked.put(name, expression);
      } else {
        lacking.add(name);
      }
    }
    Map<String, Long> theirs = ask(asked);
    ours.keySet().retainAll(theirs.keySet());
    assertThat(ours).isEqualTo(theirs);
    assertThat(theirs).hasSizeGreaterThan(100);
    System.getLogger(LayoutTest.class.getName())
        .log(
            System.Logger.Level.INFO,
            "compared "
                + theirs.size()
                + " constants; the headers lack "
                + lacking.size()
                + " more: "
                + lacking);
  }

  @Test
  void flagsInAProbeAreWhereTheHeaderSays() throws Exception {
    preprocessed(); // ends the test if there is no compiler
    Map<String, Long> theirs =
        ask(
            Map.of(
                "0",
                "sizeof(struct io_uring_probe) + offsetof(struct io_uring_probe_op, flags)",
                "1",
                "sizeof(struct io_uring_probe) + sizeof(struct io_uring_probe_op)"
                    + " + offsetof(struct io_uring_probe_op, flags)"));
    assertThat(theirs).isEqualTo(Map.of("0", IoUring.probeFlags(0), "1", IoUring.probeFlags(1)));
  }

  private static Map<String, Long> ours() throws IllegalAccessException {
    Map<String, Long> all = new TreeMap<>();
    for (Class<?> owner : List.of(IoUring.class, Fcntl.class)) {
      for (Field field : owner.getDeclaredFields()) {
        if (Modifier.isPublic(field.getModifiers()) && Modifier.isStatic(field.getModifiers())) {
          Number value = (Number) field.get(null);
          // An int constant is compared as unsigned, as flags are in C.
          all.put(field.getName(), value.longValue());
        }
      }
    }
    for (Errno errno : Errno.values()) {
      all.put(errno.name(), (long) errno.number());
    }
    return all;
  }

  private Map<String, Long> ask(Map<String, String> expressions) throws Exception {
    StringBuilder program = new StringBuilder(HEADERS).append("int main(void) {\n");
    expressions.forEach(
        (name, expression) ->
            program
                .append("  printf(\"%s %lld\\n\", \"")
                .append(name)
                .append("\", (long long) (")
                .append(expression)
                .append("));\n"));
    program.append("  return 0;\n}\n");
    Path source = Files.writeString(directory.resolve("ask.c"), program);
    Path binary = directory.resolve("ask");
    run("cc", "-o", binary.toString(), source.toString());
    Map<String, Long> answers = new TreeMap<>();
    for (String line : run(binary.toString()).lines().toList()) {
      int space = line.indexOf(' ');
      answers.put(line.substring(0, space), Long.valueOf(line.substring(space + 1)));
    }
    return answers;
  }

  private String preprocessed() throws Exception {
    Path source = Files.writeString(directory.resolve("headers.c"), HEADERS);
    try {
      return run("cc", "-E", "-dD", source.toString());
    } catch (IOException e) {
      return Assumptions.abort("there is no C compiler called cc: " + e.getMessage());
    } catch (AssertionError e) {
      return Assumptions.abort("the kernel's headers are not installed: " + e.getMessage());
    }
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + output);
    }
    return output;
  }
}
