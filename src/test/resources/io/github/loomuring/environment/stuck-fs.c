/*
 * A file system (FUSE) whose device can hang: "stuck-fs DIRECTORY" mounts it there and serves it.
 *
 *   DIRECTORY/open   opening it hangs
 *   DIRECTORY/read   reading it hangs
 *   DIRECTORY/good   nothing hangs
 *   DIRECTORY/fail   fsync of it hangs, and fails with EIO
 *   DIRECTORY/close  closing it hangs
 *
 * A file is a megabyte of 'x'. What hangs does so, whatever signals its caller gets, until a line
 * of input: then all is answered, and nothing hangs until another line. Printed are "mounted",
 * "hung NAME" for each request that is held back, and "opened NAME" and "released NAME" for each
 * descriptor. At the end of the input it unmounts and ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOT = FUSE_ROOT_ID, OPEN = 2, READ = 3, GOOD = 4, FAIL = 5, CLOSE = 6, SIZE = 1 << 20, HELD_MAX = 1024 };

static const char *const names[] = {0, "/", "open", "read", "good", "fail", "close"};
static struct { struct fuse_in_header in; uint32_t length; } held[HELD_MAX];
static int held_count, hanging = 1, device;
static char request[SIZE + 4096], bytes[SIZE];

static void reply(uint64_t unique, int error, const void *data, size_t length) {
  static char out[SIZE + sizeof(struct fuse_out_header)];
  struct fuse_out_header header = {sizeof header + length, -error, unique};
  memcpy(out, &header, sizeof header);
  memcpy(out + sizeof header, data, length);
  /* ENOENT: the request was aborted. */
  if (write(device, out, sizeof header + length) < 0 && errno != ENOENT) perror("reply");
}

static struct fuse_attr attributes(uint64_t node) {
  struct fuse_attr a = {.ino = node, .nlink = 1, .blksize = 4096};
  a.mode = node == ROOT ? S_IFDIR | 0755 : S_IFREG | 0644;
  a.size = node == ROOT ? 0 : SIZE;
  return a;
}

static void lookup(const struct fuse_in_header *in, const char *name) {
  for (int node = OPEN; node <= CLOSE; node++) {
    if (strcmp(name, names[node]) == 0) {
      struct fuse_entry_out out = {.nodeid = node, .entry_valid = 3600, .attr_valid = 3600};
      out.attr = attributes(node);
      reply(in->unique, 0, &out, sizeof out);
      return;
    }
  }
  reply(in->unique, ENOENT, "", 0);
}

static void answer(const struct fuse_in_header *in, uint32_t length) {
  if (in->opcode == FUSE_READ) {
    reply(in->unique, 0, bytes, length);
  } else if (in->opcode == FUSE_FSYNC) {
    reply(in->unique, in->nodeid == FAIL ? EIO : 0, "", 0);
  } else if (in->opcode == FUSE_FLUSH) {
    reply(in->unique, 0, "", 0);
  } else {
    struct fuse_open_out out = {.open_flags = FOPEN_DIRECT_IO};
    printf("opened %s\n", names[in->nodeid]);
    reply(in->unique, 0, &out, sizeof out);
  }
}

static void answer_or_hold(const struct fuse_in_header *in, uint32_t length) {
  uint32_t held_back = in->nodeid == OPEN   ? FUSE_OPEN
                       : in->nodeid == READ ? FUSE_READ
                       : in->nodeid == FAIL ? FUSE_FSYNC
                       : in->nodeid == CLOSE ? FUSE_FLUSH
                                            : 0;
  if (hanging && in->opcode == held_back && held_count < HELD_MAX) {
    held[held_count].in = *in;
    held[held_count++].length = length;
    printf("hung %s\n", names[in->nodeid]);
  } else {
    answer(in, length);
  }
}

static void initialise(const struct fuse_in_header *in, const struct fuse_init_in *asked) {
  struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION};
  if (asked->minor < out.minor) out.minor = asked->minor;
  out.max_write = SIZE;
  out.max_background = 64;
  out.congestion_threshold = 48;
  out.flags = asked->flags & FUSE_ASYNC_READ;
  reply(in->unique, 0, &out, sizeof out);
}

static void serve(const struct fuse_in_header *in, const void *argument) {
  struct fuse_attr_out attr = {.attr_valid = 3600, .attr = attributes(in->nodeid)};
  struct fuse_statfs_out statfs = {.st = {.bsize = 4096, .namelen = 255}};
  switch (in->opcode) {
    case FUSE_INIT: initialise(in, argument); break;
    case FUSE_LOOKUP: lookup(in, argument); break;
    case FUSE_GETATTR: reply(in->unique, 0, &attr, sizeof attr); break;
    case FUSE_STATFS: reply(in->unique, 0, &statfs, sizeof statfs); break;
    case FUSE_OPEN: case FUSE_FSYNC: case FUSE_FLUSH: answer_or_hold(in, 0); break;
    case FUSE_READ: {
      const struct fuse_read_in *read = argument;
      uint64_t left = read->offset < SIZE ? SIZE - read->offset : 0;
      answer_or_hold(in, read->size < left ? read->size : left);
      break;
    }
    case FUSE_RELEASE:
      printf("released %s\n", names[in->nodeid]);
      reply(in->unique, 0, "", 0);
      break;
    case FUSE_FORGET: case FUSE_BATCH_FORGET: case FUSE_INTERRUPT: break; /* want no reply */
    default: reply(in->unique, ENOSYS, "", 0);
  }
}

int main(int argc, char **argv) {
  char options[100];
  setvbuf(stdout, 0, _IOLBF, 0);
  memset(bytes, 'x', SIZE);
  device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
  if (argc != 2 || device < 0 || mount("stuck-fs", argv[1], "fuse", MS_NOSUID, options) < 0) {
    printf("cannot mount: %s\n", strerror(errno));
    return 1;
  }
  printf("mounted\n");
  for (;;) {
    struct pollfd polled[] = {{.fd = device, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    char line[100];
    poll(polled, 2, -1);
    if (polled[1].revents != 0) {
      if (read(0, line, sizeof line) <= 0) break;
      hanging = !hanging;
      for (int i = 0; !hanging && i < held_count; i++) answer(&held[i].in, held[i].length);
      held_count = hanging ? held_count : 0;
    }
    if (polled[0].revents != 0) {
      ssize_t n = read(device, request, sizeof request);
      if (n < 0 && errno == ENODEV) return 0; /* unmounted */
      if (n > 0) serve((void *) request, request + sizeof(struct fuse_in_header));
    }
  }
  close(device); /* aborts what hangs */
  return umount2(argv[1], MNT_DETACH);
}
