package io.github.loomuring.it.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Spring Boot 4 with its Tomcat on virtual threads. Its static content is what is in the directory,
 * and in {@code static/} on the class path. An upload is copied by {@link Files#copy}.
 */
@SpringBootApplication
public class SpringServer {
  /** {@code DIRECTORY PORT}. */
  public static void main(String[] arguments) throws Exception {
    ServerProgram.run(arguments, SpringServer::start);
  }

  private static ServerProgram.Running start(Path directory, int port) {
    SpringApplication application = new SpringApplication(SpringServer.class);
    application.setDefaultProperties(
        Map.of(
            "server.address",
            "127.0.0.1",
            "server.port",
            port,
            "server.tomcat.accept-count",
            1024,
            "spring.main.banner-mode",
            "off",
            "spring.threads.virtual.enabled",
            true,
            "spring.mvc.static-path-pattern",
            "/files/**",
            "spring.web.resources.static-locations",
            "classpath:/static/," + directory.toUri(),
            "uploads",
            directory.toString()));
    ConfigurableApplicationContext context = application.run();
    return new ServerProgram.Running() {
      @Override
      public int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
      }

      @Override
      public void stop() {
        context.close();
      }
    };
  }

  /** Answers what is no static content. */
  @RestController
  public static class Controller {
    private final Path uploads;

    Controller(@Value("${uploads}") Path uploads) {
      this.uploads = uploads;
    }

    @GetMapping("/hello")
    String hello() {
      return "hello";
    }

    @PutMapping("/uploads/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void put(@PathVariable("name") String name, InputStream body) throws IOException {
      Files.copy(body, uploads.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
