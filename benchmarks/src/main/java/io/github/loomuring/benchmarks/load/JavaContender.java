package io.github.loomuring.benchmarks.load;

import io.github.loomuring.benchmarks.results.Results.Round;
import java.io.IOException;

/**
 * An engine in this JVM.
 *
 * @param engine closed with it
 */
record JavaContender<F>(Engine<F> engine, Site site) implements Contender {
  @Override
  public Round measure(Work work, int threads, int millis)
      throws IOException, InterruptedException {
    try (Scene scene = work.open(engine, site, threads)) {
      Measurement measurement = new Measurement(scene.operations(), work.latencyInterval());
      return measurement.run(engine.threads(), work.burners(), millis);
    } finally {
      if (work.writes()) {
        PageCache.writeBack(site.scratch());
      }
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
