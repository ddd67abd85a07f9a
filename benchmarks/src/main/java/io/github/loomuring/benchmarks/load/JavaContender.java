package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;

/**
 * A file API that the threads of this JVM call.
 *
 * @param api closed together with the contender
 */
record JavaContender<F>(FileApi<F> api, Site site) implements Contender {
  @Override
  public Round measure(Work work, int threads, Span span) throws IOException, InterruptedException {
    try (Scene scene = work.open(api, site, threads)) {
      Measurement measurement = new Measurement(scene.operations(), work.latencyInterval());
      return measurement.run(api.threads(), work.burners(), span);
    } finally {
      if (work.writes()) {
        PageCache.writeBack(site.scratch());
      }
    }
  }

  @Override
  public void close() {
    api.close();
  }
}
