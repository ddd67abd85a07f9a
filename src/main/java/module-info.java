/** Plain blocking file I/O for virtual threads on Linux io_uring. */
module io.github.loomuring {
  requires static jdk.management; // tells whether virtual threads wait for a carrier
  requires static jdk.jfr; // records that a blocked carrier was replaced

  exports io.github.loomuring;
  exports io.github.loomuring.nio;

  provides java.nio.file.spi.FileSystemProvider with
      io.github.loomuring.nio.UringFileSystemProvider;
}
