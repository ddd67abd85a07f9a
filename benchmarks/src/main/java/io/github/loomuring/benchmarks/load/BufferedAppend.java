package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Each thread appends blocks to a file of its own, which it truncates now and then. */
record BufferedAppend(String name, int blockBytes, int threadsMax, List<String> contenders)
    implements Work {
  /** Few enough that the files of all threads stay in the page cache. */
  private static final int APPENDS_MAX = 1024;

  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public int latencyInterval() {
    return 16;
  }

  @Override
  public <F> Scene open(FileApi<F> api, Site site, int threads) throws IOException {
    List<MeasuredOperation> operations = new ArrayList<>();
    Scene scene = new Scene(operations, new ArrayList<>());
    for (int i = 0; i < threads; i++) {
      Path path = site.scratch().resolve("appended" + i);
      api.close(api.open(path, FileApi.REWRITE)); // empty, whatever the measurement before left
      F file = api.open(path, OPTIONS);
      scene.files().add(() -> api.close(file));
      operations.add(append(api, path, file, site.block(i, blockBytes)));
    }
    return scene;
  }

  private <F> MeasuredOperation append(FileApi<F> api, Path path, F file, Block block) {
    return new MeasuredOperation() {
      private int appends;

      @Override
      public void run() throws IOException {
        if (appends == APPENDS_MAX) {
          api.close(api.open(path, FileApi.REWRITE)); // truncates
          appends = 0;
        }
        int movedBytes = api.append(file, block);
        if (movedBytes != blockBytes) {
          throw new IOException(name + ": " + movedBytes + " of " + blockBytes + " bytes appended");
        }
        appends++;
      }
    };
  }
}
