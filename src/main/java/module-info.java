/** Plain blocking file I/O for virtual threads on Linux io_uring. */
module io.github.loomuring {
  exports io.github.loomuring;
}
