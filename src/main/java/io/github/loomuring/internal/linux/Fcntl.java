package io.github.loomuring.internal.linux;

/**
 * Numbers of file calls: uapi/asm-generic/fcntl.h,
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

  public static final int POLLIN = 0x1;
  public static final int POLLHUP = 0x10;

  /*
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
  public static final long RESOLVE_CACHED = 0x20;

  /*
   * struct iovec {
   *   void *iov_base;  // 0
   *   size_t iov_len;  // 8
   * };
   */
  public static final long IOVEC_BYTES = 16;
  public static final long IOVEC_BASE = 0;
  public static final long IOVEC_LEN = 8;

  /*
   * struct timespec {
   *   time_t tv_sec;   // 0
   *   long   tv_nsec;  // 8
   * };
   */
  public static final long TIMESPEC_BYTES = 16;
  public static final long TIMESPEC_TV_SEC = 0;
  public static final long TIMESPEC_TV_NSEC = 8;

  /** In tv_nsec: leave this time as it is. */
  public static final long UTIME_OMIT = 0x3ffffffe;

  /** UIO_MAXIOV of uapi/linux/uio.h: the most iovecs of one call. */
  public static final int UIO_MAXIOV = 1024;

  /*
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

  /** struct statfs begins with {@code long f_type}; its size is 120 on both architectures. */
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

  /** PATH_MAX of linux/limits.h: bytes of a path, its closing NUL included. */
  public static final int PATH_MAX = 4096;

  /** MAX_RW_COUNT of linux/fs.h: the most bytes one read or write moves. */
  public static final int MAX_RW_COUNT = 0x7ffff000;

  private Fcntl() {}

  /** The number of a device, as glibc's makedev puts it together: st_dev of stat(2). */
  public static long makedev(int major, int minor) {
    long high = Integer.toUnsignedLong(major);
    long low = Integer.toUnsignedLong(minor);
    return (low & 0xff) | (high & 0xfff) << 8 | (low & ~0xffL) << 12 | (high & ~0xfffL) << 32;
  }
}
