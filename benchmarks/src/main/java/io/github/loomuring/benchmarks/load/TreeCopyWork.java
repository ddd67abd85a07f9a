package io.github.loomuring.benchmarks.load;

import java.io.IOException;
import java.util.List;

/** The copy of a tree by the example TreeCopy, which has threads of its own. */
record TreeCopyWork(String name, List<String> contenders) implements Work {
  @Override
  public int threadsMax() {
    return 1;
  }

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public int latencyInterval() {
    return 1;
  }

  @Override
  public <F> Scene open(FileApi<F> api, Site site, int threads) throws IOException {
    throw new IllegalStateException("work=" + name + " is measured by TreeCopyContender");
  }
}
