package io.github.loomuring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The links of the documents lead somewhere, and the files and tests that they name exist. */
class DocumentsTest {
  private static final Path SITE = Path.of("src/site/markdown");

  /** Records of decisions tell what was so at their date: what they name may have gone. */
  private static final Path DECISIONS = SITE.resolve("adr");

  private static final Path LIBRARY = Path.of("src/main/java/io/github/loomuring");
  private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\(([^)\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
  private static final Pattern ADDRESS = Pattern.compile("[a-z]+:.*");
  private static final Pattern HEADING = Pattern.compile("^#+ +(.*)");
  private static final Pattern MENU_ITEM = Pattern.compile("<item [^>]*href=\"([^\"]+)\\.html\"");
  private static final Pattern FILE_NAME = Pattern.compile("(src|benchmarks|\\.ci)/[\\w./-]+");
  private static final Pattern LIBRARY_NAME = Pattern.compile("(internal|nio)/[\\w/]+");
  private static final Pattern TEST_NAME = Pattern.compile("[A-Z]\\w+(Test|Contract)");

  private record Link(Path document, String target) {
    Path file() {
      String name = target.replaceFirst("#.*", "");
      return name.isEmpty() ? document : document.resolveSibling(name).normalize();
    }

    String anchor() {
      return target.contains("#") ? target.replaceFirst(".*#", "") : "";
    }
  }

  @Test
  void linksLeadToFilesAndHeadings() throws IOException {
    List<Link> broken = new ArrayList<>();
    for (Link link : links()) {
      if (!Files.exists(link.file())
          || (!link.anchor().isEmpty() && !anchors(link.file()).contains(link.anchor()))) {
        broken.add(link);
      }
    }
    assertThat(broken).isEmpty();
  }

  /** The rendered site holds its own pages only, and its anchors are not those of Markdown. */
  @Test
  void pagesOfTheSiteLinkToPagesOfTheSite() throws IOException {
    assertThat(links())
        .filteredOn(link -> link.document().startsWith(SITE))
        .allMatch(link -> link.file().startsWith(SITE) && link.anchor().isEmpty());
  }

  @Test
  void everyPageOfTheSiteIsInItsMenuOrInTheIndexOfDecisions() throws IOException {
    String menu = Files.readString(Path.of("src/site/site.xml"));
    Set<Path> listed = new HashSet<>();
    for (MatchResult item : MENU_ITEM.matcher(menu).results().toList()) {
      listed.add(SITE.resolve(item.group(1) + ".md"));
    }
    assertThat(listed).allMatch(Files::exists);
    for (Link link : links()) {
      if (link.document().equals(DECISIONS.resolve("index.md"))) {
        listed.add(link.file());
      }
    }
    assertThat(pages()).allMatch(listed::contains);
  }

  @Test
  void filesThatAreNamedExist() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Path document : documents()) {
      for (String name : names(document)) {
        if ((FILE_NAME.matcher(name).matches() && !Files.exists(Path.of(name)))
            || (LIBRARY_NAME.matcher(name).matches() && !isOfTheLibrary(name))) {
          missing.add(document + ": " + name);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void testsThatAreNamedExist() throws IOException {
    Set<String> tests = new HashSet<>();
    for (String directory : List.of("src/test/java", "src/it/src", "benchmarks/src")) {
      try (Stream<Path> files = Files.walk(Path.of(directory))) {
        files.forEach(file -> tests.add(file.getFileName().toString()));
      }
    }
    List<String> missing = new ArrayList<>();
    for (Path document : documents()) {
      for (String name : names(document)) {
        if (TEST_NAME.matcher(name).matches() && !tests.contains(name + ".java")) {
          missing.add(document + ": " + name);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static boolean isOfTheLibrary(String name) {
    return Files.exists(LIBRARY.resolve(name)) || Files.exists(LIBRARY.resolve(name + ".java"));
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(pages());
    for (String name : List.of("README", "CONTRIBUTING", "CHANGELOG")) {
      documents.add(Path.of(name + ".md"));
    }
    documents.add(Path.of("benchmarks/README.md"));
    documents.add(Path.of("src/it/README.md"));
    return documents;
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.walk(SITE)) {
      return files.filter(file -> file.toString().endsWith(".md")).toList();
    }
  }

  private static List<Link> links() throws IOException {
    List<Link> links = new ArrayList<>();
    for (Path document : documents()) {
      String prose = CODE.matcher(String.join("\n", text(document))).replaceAll("");
      for (MatchResult link : LINK.matcher(prose).results().toList()) {
        if (!ADDRESS.matcher(link.group(1)).matches()) {
          links.add(new Link(document, link.group(1)));
        }
      }
    }
    return links;
  }

  /** What is marked as code in a line of text, outside records of decisions. */
  private static List<String> names(Path document) throws IOException {
    List<String> names = new ArrayList<>();
    if (!document.startsWith(DECISIONS)) {
      for (String line : text(document)) {
        CODE.matcher(line).results().forEach(code -> names.add(code.group(1)));
      }
    }
    return names;
  }

  /** The lines outside blocks of code. */
  private static List<String> text(Path document) throws IOException {
    List<String> text = new ArrayList<>();
    boolean inBlock = false;
    for (String line : Files.readAllLines(document)) {
      if (line.startsWith("```")) {
        inBlock = !inBlock;
      } else if (!inBlock) {
        text.add(line);
      }
    }
    return text;
  }

  /** What headings are called in links, where Markdown is shown as it is in the repository. */
  private static Set<String> anchors(Path document) throws IOException {
    Set<String> anchors = new HashSet<>();
    for (String line : text(document)) {
      for (MatchResult heading : HEADING.matcher(line).results().toList()) {
        anchors.add(
            heading
                .group(1)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-'));
      }
    }
    return anchors;
  }
}
