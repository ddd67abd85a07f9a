package io.github.loomuring.internal.linux;

import static io.github.loomuring.internal.linux.StructFields.*;
import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.StructLayout;

/**
 * Constants and struct layouts of file calls: uapi/asm-generic/fcntl.h,
 * uapi/linux/{fcntl,openat2,fs,stat,magic,mman,falloc,fadvise}.h and asm/fcntl.h of the
 * architecture, Linux 6.18.
 */
public final class Fcntl {
  private static final boolean AARCH64 = "aarch64".equals(System.getProperty("os.arch"));

  public static final int AT_FDCWD = -100;
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_REMOVEDIR = 0x200;
  public static final int AT_EMPTY_PATH = 0x1000;
  public static final int AT_STATX_DONT_SYNC = 0x4000;

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_TRUNC = 0x200;
  public static final int O_APPEND = 0x400;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_DSYNC = 0x1000;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_SYNC = 0x101000;
  public static final int O_PATH = 0x200000;
  // arch/arm64/include/uapi/asm/fcntl.h differs from asm-generic in these.
  public static final int O_DIRECTORY = AARCH64 ? 0x4000 : 0x10000;
  public static final int O_DIRECT = AARCH64 ? 0x10000 : 0x4000;
  public static final int O_NOFOLLOW = AARCH64 ? 0x8000 : 0x20000;

  public static final int F_SETFL = 4;

  public static final int SEEK_SET = 0;
  public static final int SEEK_END = 2;

  public static final int RENAME_NOREPLACE = 1;
  public static final int RENAME_EXCHANGE = 2;

  public static final int RWF_NOWAIT = 0x08;
  public static final int RWF_APPEND = 0x10;

  public static final int FALLOC_FL_KEEP_SIZE = 0x01;
  public static final int FALLOC_FL_PUNCH_HOLE = 0x02;
  public static final int FALLOC_FL_COLLAPSE_RANGE = 0x08;
  public static final int FALLOC_FL_ZERO_RANGE = 0x10;
  public static final int FALLOC_FL_INSERT_RANGE = 0x20;

  public static final int POSIX_FADV_NORMAL = 0;
  public static final int POSIX_FADV_RANDOM = 1;
  public static final int POSIX_FADV_SEQUENTIAL = 2;
  public static final int POSIX_FADV_WILLNEED = 3;
  public static final int POSIX_FADV_DONTNEED = 4;
  public static final int POSIX_FADV_NOREUSE = 5;

  public static final int SYNC_FILE_RANGE_WAIT_BEFORE = 1;
  public static final int SYNC_FILE_RANGE_WRITE = 2;
  public static final int SYNC_FILE_RANGE_WAIT_AFTER = 4;

  public static final int SPLICE_F_NONBLOCK = 0x2;

  public static final int POLLIN = 0x1;
  public static final int POLLOUT = 0x4;
  public static final int POLLHUP = 0x10;

  /*
   * asm-generic/poll.h:
   * struct pollfd {
   *   int fd;         // 0
   *   short events;   // 4
   *   short revents;  // 6
   * };
   */
  public static final long POLLFD_BYTES = 8;
  public static final long POLLFD_FD = 0;
  public static final long POLLFD_EVENTS = 4;
  public static final long POLLFD_REVENTS = 6;

  /*
   * uapi/linux/openat2.h:
   * struct open_how {
   *   __u64 flags;    //  0
   *   __u64 mode;     //  8
   *   __u64 resolve;  // 16
   * };
   */
  public static final long OPEN_HOW_BYTES = 24;
  public static final long OPEN_HOW_FLAGS = 0;
  public static final long OPEN_HOW_MODE = 8;
  public static final long OPEN_HOW_RESOLVE = 16;
  public static final long RESOLVE_NO_XDEV = 0x01;
  public static final long RESOLVE_CACHED = 0x20;

  /*
   * uapi/linux/uio.h:
   * struct iovec {
   *   void *iov_base;  // 0
   *   size_t iov_len;  // 8
   * };
   */
  public static final long IOVEC_BYTES = 16;
  public static final long IOVEC_BASE = 0;
  public static final long IOVEC_LEN = 8;

  /*
   * time.h of libc; struct __kernel_timespec of uapi/linux/time_types.h:
   * struct timespec {
   *   time_t tv_sec;   // 0
   *   long   tv_nsec;  // 8
   * };
   */
  public static final long TIMESPEC_BYTES = 16;
  public static final long TIMESPEC_TV_SEC = 0;
  public static final long TIMESPEC_TV_NSEC = 8;

  /** In tv_nsec: the time stays unchanged. */
  public static final long UTIME_OMIT = 0x3ffffffe;

  /** The most iovecs of one call, of uapi/linux/uio.h. */
  public static final int UIO_MAXIOV = 1024;

  /*
   * uapi/linux/stat.h:
   * struct statx {
   *   __u32 stx_mask;              //   0
   *   __u32 stx_blksize;           //   4
   *   __u64 stx_attributes;        //   8
   *   __u32 stx_nlink;             //  16
   *   __u32 stx_uid;               //  20
   *   __u32 stx_gid;               //  24
   *   __u16 stx_mode;              //  28
   *   __u64 stx_ino;               //  32
   *   __u64 stx_size;              //  40
   *   __u64 stx_blocks;            //  48
   *   __u64 stx_attributes_mask;   //  56
   *   struct statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime;  // 64, 80, 96, 112
   *   __u32 stx_rdev_major;        // 128
   *   __u32 stx_rdev_minor;        // 132
   *   __u32 stx_dev_major;         // 136
   *   __u32 stx_dev_minor;         // 140
   *   __u64 stx_mnt_id;            // 144
   *   __u32 stx_dio_mem_align;     // 152
   *   __u32 stx_dio_offset_align;  // 156
   *   ...
   * };                             // 256
   *
   * struct statx_timestamp {
   *   __s64 tv_sec;   // 0
   *   __u32 tv_nsec;  // 8
   *   __s32 __reserved;
   * };                // 16
   */
  public static final long STATX_BYTES = 256;
  public static final int STATX_TYPE = 0x1;
  public static final int STATX_INO = 0x100;
  public static final int STATX_SIZE = 0x200;
  public static final int STATX_BASIC_STATS = 0x7ff;
  public static final int STATX_BTIME = 0x800;
  public static final int STATX_DIOALIGN = 0x2000;
  public static final long STATX_MASK = 0;
  public static final long STATX_BLKSIZE = 4;
  public static final long STATX_NLINK_OFFSET = 16;
  public static final long STATX_UID_OFFSET = 20;
  public static final long STATX_GID_OFFSET = 24;
  public static final long STATX_MODE = 28;
  public static final long STATX_INO_OFFSET = 32;
  public static final long STATX_SIZE_BYTES = 40;
  public static final long STATX_BLOCKS_OFFSET = 48;
  public static final long STATX_ATIME_OFFSET = 64;
  public static final long STATX_BTIME_OFFSET = 80;
  public static final long STATX_CTIME_OFFSET = 96;
  public static final long STATX_MTIME_OFFSET = 112;
  public static final long STATX_TIMESTAMP_NSEC = 8;
  public static final long STATX_DEV_MAJOR = 136;
  public static final long STATX_DEV_MINOR = 140;
  public static final long STATX_DIO_MEM_ALIGN = 152;
  public static final long STATX_DIO_OFFSET_ALIGN = 156;

  public static final int S_IFMT = 0xf000;
  public static final int S_IFIFO = 0x1000;
  public static final int S_IFCHR = 0x2000;
  public static final int S_IFDIR = 0x4000;
  public static final int S_IFBLK = 0x6000;
  public static final int S_IFREG = 0x8000;
  public static final int S_IFLNK = 0xa000;
  public static final int S_IFSOCK = 0xc000;

  /*
   * uapi/asm-generic/statfs.h:
   * struct statfs {
   *   long f_type;             //  0
   *   long f_bsize;            //  8
   *   long f_blocks;           // 16
   *   long f_bfree;            // 24
   *   long f_bavail;           // 32
   *   long f_files;            // 40
   *   long f_ffree;            // 48
   *   __kernel_fsid_t f_fsid;  // 56
   *   long f_namelen;          // 64
   *   long f_frsize;           // 72
   *   long f_flags;            // 80
   *   long f_spare[4];         // 88
   * };                         // 120
   */
  public static final long STATFS_BYTES = 120;

  public static final long STATFS_TYPE = 0;
  public static final long EXT4_SUPER_MAGIC = 0xEF53L;
  public static final long XFS_SUPER_MAGIC = 0x58465342L;
  public static final long BTRFS_SUPER_MAGIC = 0x9123683EL;
  public static final long F2FS_SUPER_MAGIC = 0xF2F52010L;
  public static final long TMPFS_MAGIC = 0x01021994L;
  public static final long RAMFS_MAGIC = 0x858458f6L;
  public static final long OVERLAYFS_SUPER_MAGIC = 0x794c7630L;
  public static final long PIPEFS_MAGIC = 0x50495045L;

  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;
  public static final int MAP_SHARED = 1;
  public static final int MAP_PRIVATE = 2;
  public static final int MAP_ANONYMOUS = 0x20;
  public static final int MAP_POPULATE = 0x8000;
  public static final int MADV_DONTFORK = 10;

  /** The most bytes of a path, its terminating NUL included, of uapi/linux/limits.h. */
  public static final int PATH_MAX = 4096;

  /** The most bytes that one read or write transfers, of include/linux/fs.h. */
  public static final int MAX_RW_COUNT = 0x7ffff000;

  static {
    assert Layouts.areRight();
  }

  private Fcntl() {}

  /** The number of a device in the form of st_dev of stat(2), as glibc's makedev returns it. */
  public static long makedev(int major, int minor) {
    long high = Integer.toUnsignedLong(major);
    long low = Integer.toUnsignedLong(minor);
    return (low & 0xff) | (high & 0xfff) << 8 | (low & ~0xffL) << 12 | (high & ~0xfffL) << 32;
  }

  /**
   * The structs above once more, field by field, from which their sizes and offsets are computed.
   * Used by an assertion only: {@code areRight} throws an AssertionError if a constant is wrong.
   */
  private static final class Layouts {
    private Layouts() {}

    static boolean areRight() {
      StructLayout openHow = structLayout(u64("flags"), u64("mode"), u64("resolve"));
      size(openHow, OPEN_HOW_BYTES);
      field(openHow, "flags", OPEN_HOW_FLAGS);
      field(openHow, "mode", OPEN_HOW_MODE);
      field(openHow, "resolve", OPEN_HOW_RESOLVE);
      StructLayout iovec = structLayout(u64("iov_base"), u64("iov_len"));
      size(iovec, IOVEC_BYTES);
      field(iovec, "iov_base", IOVEC_BASE);
      field(iovec, "iov_len", IOVEC_LEN);
      StructLayout timespec = structLayout(u64("tv_sec"), u64("tv_nsec"));
      size(timespec, TIMESPEC_BYTES);
      field(timespec, "tv_sec", TIMESPEC_TV_SEC);
      field(timespec, "tv_nsec", TIMESPEC_TV_NSEC);
      statx();
      statfs();
      return true;
    }

    private static void statx() {
      StructLayout timestamp = structLayout(u64("tv_sec"), u32("tv_nsec"), u32("__reserved"));
      field(timestamp, "tv_nsec", STATX_TIMESTAMP_NSEC);
      StructLayout statx =
          structLayout(
              u32("mask"),
              u32("blksize"),
              u64("attributes"),
              u32("nlink"),
              u32("uid"),
              u32("gid"),
              u16("mode"),
              paddingLayout(2),
              u64("ino"),
              u64("size"),
              u64("blocks"),
              u64("attributes_mask"),
              timestamp.withName("atime"),
              timestamp.withName("btime"),
              timestamp.withName("ctime"),
              timestamp.withName("mtime"),
              u32("rdev_major"),
              u32("rdev_minor"),
              u32("dev_major"),
              u32("dev_minor"),
              u64("mnt_id"),
              u32("dio_mem_align"),
              u32("dio_offset_align"),
              sequenceLayout(12, JAVA_LONG).withName("__spare3"));
      size(statx, STATX_BYTES);
      field(statx, "mask", STATX_MASK);
      field(statx, "blksize", STATX_BLKSIZE);
      field(statx, "nlink", STATX_NLINK_OFFSET);
      field(statx, "uid", STATX_UID_OFFSET);
      field(statx, "gid", STATX_GID_OFFSET);
      field(statx, "mode", STATX_MODE);
      field(statx, "ino", STATX_INO_OFFSET);
      field(statx, "size", STATX_SIZE_BYTES);
      field(statx, "blocks", STATX_BLOCKS_OFFSET);
      field(statx, "atime", STATX_ATIME_OFFSET);
      field(statx, "btime", STATX_BTIME_OFFSET);
      field(statx, "ctime", STATX_CTIME_OFFSET);
      field(statx, "mtime", STATX_MTIME_OFFSET);
      field(statx, "dev_major", STATX_DEV_MAJOR);
      field(statx, "dev_minor", STATX_DEV_MINOR);
      field(statx, "dio_mem_align", STATX_DIO_MEM_ALIGN);
      field(statx, "dio_offset_align", STATX_DIO_OFFSET_ALIGN);
    }

    private static void statfs() {
      StructLayout statfs =
          structLayout(
              u64("f_type"),
              u64("f_bsize"),
              u64("f_blocks"),
              u64("f_bfree"),
              u64("f_bavail"),
              u64("f_files"),
              u64("f_ffree"),
              sequenceLayout(2, JAVA_INT).withName("f_fsid"),
              u64("f_namelen"),
              u64("f_frsize"),
              u64("f_flags"),
              sequenceLayout(4, JAVA_LONG).withName("f_spare"));
      size(statfs, STATFS_BYTES);
      field(statfs, "f_type", STATFS_TYPE);
    }
  }
}
