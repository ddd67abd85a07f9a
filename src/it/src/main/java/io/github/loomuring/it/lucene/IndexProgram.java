package io.github.loomuring.it.lucene;

import io.github.loomuring.it.Directories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortedNumericSelector.Type;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NIOFSDirectory;

/**
 * Writes an index of documents that are the same each time, with commits, deletions and merges,
 * searches it from virtual threads, and prints every hit with its score and every file with its
 * length. Two runs print the same, wherever the files are.
 */
public final class IndexProgram {
  private static final long SEED = 20_261_126;
  private static final int WORDS = 400;
  private static final int WORDS_A_DOCUMENT = 40;
  private static final int COMMIT_EVERY = 500;
  private static final int HITS = 20;

  private IndexProgram() {}

  /** {@code DIRECTORY nio|mapped DOCUMENTS}. */
  public static void main(String[] arguments) throws Exception {
    Path path = Directories.of(arguments[0]);
    int documents = Integer.parseInt(arguments[2]);
    try (Directory directory = open(path, arguments[1])) {
      write(directory, documents);
      search(directory);
      for (String name : directory.listAll()) { // sorted
        System.out.println(name + " " + directory.fileLength(name));
      }
    }
  }

  private static Directory open(Path path, String kind) throws IOException {
    return switch (kind) {
      case "nio" -> new NIOFSDirectory(path);
      case "mapped" -> new MMapDirectory(path);
      default -> throw new IllegalArgumentException("kind=" + kind + ", not nio or mapped");
    };
  }

  private static void write(Directory directory, int documents) throws IOException {
    Random random = new Random(SEED);
    IndexWriterConfig config = new IndexWriterConfig(new StandardAnalyzer());
    config.setMergeScheduler(new SerialMergeScheduler());
    config.setMaxBufferedDocs(COMMIT_EVERY / 5);
    config.setRAMBufferSizeMB(IndexWriterConfig.DISABLE_AUTO_FLUSH);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int number = 0; number < documents; number++) {
        writer.addDocument(document(random, number));
        if (number % COMMIT_EVERY == COMMIT_EVERY - 1) {
          writer.deleteDocuments(new Term("id", "d" + random.nextInt(number)));
          writer.commit();
        }
      }
      writer.forceMerge(2);
    }
  }

  private static Document document(Random random, int number) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < WORDS_A_DOCUMENT; i++) {
      // The smaller of two: some words are frequent, as in a language.
      body.append(word(Math.min(random.nextInt(WORDS), random.nextInt(WORDS)))).append(' ');
    }
    Document document = new Document();
    document.add(new StringField("id", "d" + number, Field.Store.YES));
    document.add(new TextField("body", body.toString(), Field.Store.YES));
    document.add(new LongField("number", number, Field.Store.NO));
    return document;
  }

  private static String word(int number) {
    return "w" + number;
  }

  private static void search(Directory directory) throws Exception {
    try (DirectoryReader reader = DirectoryReader.open(directory);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      System.out.println("documents=" + reader.numDocs() + " deleted=" + reader.numDeletedDocs());
      IndexSearcher searcher = new IndexSearcher(reader);
      List<Callable<String>> searches = new ArrayList<>();
      for (int i = 0; i + 7 < WORDS; i += 7) {
        String first = word(i);
        String second = word(i + 3);
        searches.add(() -> hits(searcher, new TermQuery(new Term("body", first))));
        searches.add(() -> hits(searcher, new PhraseQuery(3, "body", first, second)));
        searches.add(() -> hits(searcher, both(first, second)));
      }
      for (Future<String> hits : threads.invokeAll(searches)) {
        System.out.println(hits.get());
      }
    }
  }

  private static Query both(String first, String second) {
    return new BooleanQuery.Builder()
        .add(new TermQuery(new Term("body", first)), Occur.MUST)
        .add(new TermQuery(new Term("body", second)), Occur.SHOULD)
        .add(LongField.newRangeQuery("number", 100, 1_000), Occur.FILTER)
        .build();
  }

  private static String hits(IndexSearcher searcher, Query query) throws IOException {
    StringBuilder text = new StringBuilder(query.toString());
    TopDocs best = searcher.search(query, HITS);
    TopDocs last =
        searcher.search(query, HITS, new Sort(LongField.newSortField("number", true, Type.MIN)));
    StoredFields fields = searcher.storedFields();
    for (ScoreDoc hit : best.scoreDocs) {
      text.append(' ').append(fields.document(hit.doc).get("id")).append(':').append(hit.score);
    }
    for (ScoreDoc hit : last.scoreDocs) {
      text.append(' ').append(fields.document(hit.doc).get("body").hashCode());
    }
    return text.toString();
  }
}
