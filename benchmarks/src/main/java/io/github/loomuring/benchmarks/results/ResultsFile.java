package io.github.loomuring.benchmarks.results;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads and writes the JSON file of a run.
 *
 * <p>JSON has no NaN. It is written as the string {@code "NaN"}, which other readers accept too. A
 * number that is null or missing in the file is read as NaN, not as 0.
 */
public final class ResultsFile {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .addModule(new SimpleModule().addDeserializer(double.class, new NanIfMissing()))
          .build();

  private ResultsFile() {}

  /** Reads a file that {@link #write} wrote. */
  public static Results read(Path file) throws IOException {
    return MAPPER.readValue(file.toFile(), Results.class);
  }

  /** Replaces the file if it exists. */
  public static void write(Path file, Results results) throws IOException {
    MAPPER.writeValue(file.toFile(), results);
  }

  private static final class NanIfMissing extends StdDeserializer<Double> {
    private static final long serialVersionUID = 1;

    NanIfMissing() {
      super(double.class);
    }

    @Override
    public Double deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return _parseDoublePrimitive(parser, context);
    }

    /** {@code getAbsentValue} calls this for a missing property, too. */
    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
