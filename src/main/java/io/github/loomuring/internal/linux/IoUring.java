package io.github.loomuring.internal.linux;

import static io.github.loomuring.internal.linux.StructFields.*;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/**
 * Constants and struct layouts of the io_uring interface: include/uapi/linux/io_uring.h, Linux
 * 6.18.
 *
 * <p>Names have their C spelling, so that a reader finds them in the kernel's sources and in the
 * manual pages.
 */
public final class IoUring {
  // enum io_uring_op
  public static final byte IORING_OP_NOP = 0;
  public static final byte IORING_OP_READV = 1;
  public static final byte IORING_OP_WRITEV = 2;
  public static final byte IORING_OP_FSYNC = 3;
  public static final byte IORING_OP_READ_FIXED = 4;
  public static final byte IORING_OP_WRITE_FIXED = 5;
  public static final byte IORING_OP_POLL_ADD = 6;
  public static final byte IORING_OP_SYNC_FILE_RANGE = 8;
  public static final byte IORING_OP_ASYNC_CANCEL = 14;
  public static final byte IORING_OP_FALLOCATE = 17;
  public static final byte IORING_OP_OPENAT = 18;
  public static final byte IORING_OP_STATX = 21;
  public static final byte IORING_OP_READ = 22;
  public static final byte IORING_OP_WRITE = 23;
  public static final byte IORING_OP_FADVISE = 24;
  public static final byte IORING_OP_RENAMEAT = 35;
  public static final byte IORING_OP_UNLINKAT = 36;
  public static final byte IORING_OP_MKDIRAT = 37;
  public static final byte IORING_OP_SYMLINKAT = 38;
  public static final byte IORING_OP_LINKAT = 39;
  public static final byte IORING_OP_FTRUNCATE = 55;

  // sqe->flags
  public static final byte IOSQE_ASYNC = 1 << 4;

  // sqe->fsync_flags
  public static final int IORING_FSYNC_DATASYNC = 1;

  // io_uring_setup(2) flags
  public static final int IORING_SETUP_SQPOLL = 1 << 1;
  public static final int IORING_SETUP_CQSIZE = 1 << 3;
  public static final int IORING_SETUP_CLAMP = 1 << 4;
  public static final int IORING_SETUP_SUBMIT_ALL = 1 << 7;
  public static final int IORING_SETUP_NO_SQARRAY = 1 << 16;

  // struct io_uring_params.features
  public static final int IORING_FEAT_SINGLE_MMAP = 1;
  public static final int IORING_FEAT_NODROP = 1 << 1;
  public static final int IORING_FEAT_SUBMIT_STABLE = 1 << 2;
  public static final int IORING_FEAT_SQPOLL_NONFIXED = 1 << 7;

  // io_uring_enter(2) flags
  public static final int IORING_ENTER_GETEVENTS = 1;
  public static final int IORING_ENTER_SQ_WAKEUP = 1 << 1;
  public static final int IORING_ENTER_SQ_WAIT = 1 << 2;

  // sq_ring->flags
  public static final int IORING_SQ_NEED_WAKEUP = 1;
  public static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;

  // io_uring_register(2) opcodes
  public static final int IORING_UNREGISTER_EVENTFD = 5;
  public static final int IORING_REGISTER_PROBE = 8;
  public static final int IORING_REGISTER_BUFFERS2 = 15;
  public static final int IORING_REGISTER_BUFFERS_UPDATE = 16;
  public static final int IORING_REGISTER_IOWQ_MAX_WORKERS = 19;

  // struct io_uring_rsrc_register.flags
  public static final int IORING_RSRC_REGISTER_SPARSE = 1;

  // mmap(2) offsets
  public static final long IORING_OFF_SQ_RING = 0;
  public static final long IORING_OFF_SQES = 0x10000000L;

  // struct io_uring_probe_op.flags
  public static final int IO_URING_OP_SUPPORTED = 1;

  /*
   * struct io_sqring_offsets {            struct io_cqring_offsets {
   *   __u32 head;         //  0             __u32 head;         //  0
   *   __u32 tail;         //  4             __u32 tail;         //  4
   *   __u32 ring_mask;    //  8             __u32 ring_mask;    //  8
   *   __u32 ring_entries; // 12             __u32 ring_entries; // 12
   *   __u32 flags;        // 16             __u32 overflow;     // 16
   *   __u32 dropped;      // 20             __u32 cqes;         // 20
   *   __u32 array;        // 24             __u32 flags;        // 24
   *   __u32 resv1;        // 28             __u32 resv1;        // 28
   *   __u64 user_addr;    // 32             __u64 user_addr;    // 32
   * };                                    };
   *
   * struct io_uring_params {
   *   __u32 sq_entries;                  //  0
   *   __u32 cq_entries;                  //  4
   *   __u32 flags;                       //  8
   *   __u32 sq_thread_cpu;               // 12
   *   __u32 sq_thread_idle;              // 16
   *   __u32 features;                    // 20
   *   __u32 wq_fd;                       // 24
   *   __u32 resv[3];                     // 28
   *   struct io_sqring_offsets sq_off;   // 40
   *   struct io_cqring_offsets cq_off;   // 80
   * };
   */
  public static final long PARAMS_BYTES = 120;
  public static final long PARAMS_SQ_ENTRIES = 0;
  public static final long PARAMS_CQ_ENTRIES = 4;
  public static final long PARAMS_FLAGS = 8;
  public static final long PARAMS_SQ_THREAD_IDLE = 16;
  public static final long PARAMS_FEATURES = 20;
  public static final long PARAMS_SQ_OFF_HEAD = 40;
  public static final long PARAMS_SQ_OFF_TAIL = 44;
  public static final long PARAMS_SQ_OFF_FLAGS = 56;
  public static final long PARAMS_SQ_OFF_ARRAY = 64;
  public static final long PARAMS_CQ_OFF_HEAD = 80;
  public static final long PARAMS_CQ_OFF_TAIL = 84;
  public static final long PARAMS_CQ_OFF_CQES = 100;

  /*
   * struct io_uring_sqe {
   *   __u8  opcode;       //  0
   *   __u8  flags;        //  1
   *   __u16 ioprio;       //  2
   *   __s32 fd;           //  4
   *   __u64 off;          //  8
   *   __u64 addr;         // 16
   *   __u32 len;          // 24
   *   __u32 op_flags;     // 28   rw_flags, fsync_flags, open_flags, statx_flags, ...
   *   __u64 user_data;    // 32
   *   __u16 buf_index;    // 40
   *   __u16 personality;  // 42
   *   __s32 file_index;   // 44
   *   __u64 addr3;        // 48
   *   __u64 __pad2[1];    // 56
   * };
   */
  public static final long SQE_BYTES = 64;
  public static final long SQE_OPCODE = 0;
  public static final long SQE_FLAGS = 1;
  public static final long SQE_FD = 4;
  public static final long SQE_OFF = 8;
  public static final long SQE_ADDR = 16;
  public static final long SQE_LEN = 24;
  public static final long SQE_OP_FLAGS = 28;
  public static final long SQE_USER_DATA = 32;
  public static final long SQE_BUF_INDEX = 40;
  public static final long SQE_FILE_INDEX = 44;
  public static final long SQE_ADDR3 = 48;
  public static final long SQE_PAD2 = 56;

  /*
   * struct io_uring_cqe {
   *   __u64 user_data;  //  0
   *   __s32 res;        //  8
   *   __u32 flags;      // 12
   * };
   */
  public static final long CQE_BYTES = 16;
  public static final long CQE_USER_DATA = 0;
  public static final long CQE_RES = 8;

  /*
   * struct io_uring_rsrc_register {       struct io_uring_rsrc_update2 {
   *   __u32 nr;              //  0          __u32 offset;          //  0
   *   __u32 flags;           //  4          __u32 resv;            //  4
   *   __u64 resv2;           //  8          __aligned_u64 data;    //  8
   *   __aligned_u64 data;    // 16          __aligned_u64 tags;    // 16
   *   __aligned_u64 tags;    // 24          __u32 nr;              // 24
   * };                                      __u32 resv2;           // 28
   *                                       };
   */
  public static final long RSRC_REGISTER_BYTES = 32;
  public static final long RSRC_REGISTER_NR = 0;
  public static final long RSRC_REGISTER_FLAGS = 4;
  public static final long RSRC_UPDATE2_BYTES = 32;
  public static final long RSRC_UPDATE2_OFFSET = 0;
  public static final long RSRC_UPDATE2_DATA = 8;
  public static final long RSRC_UPDATE2_NR = 24;

  /*
   * struct io_uring_probe {                  struct io_uring_probe_op {
   *   __u8 last_op;                 // 0       __u8 op;      // 0
   *   __u8 ops_len;                 // 1       __u8 resv;    // 1
   *   __u16 resv;                   // 2       __u16 flags;  // 2
   *   __u32 resv2[3];               // 4       __u32 resv2;  // 4
   *   struct io_uring_probe_op ops[];  // 16 };
   * };
   */
  public static final int PROBE_OPS = 256;
  public static final long PROBE_BYTES = 16 + 8L * PROBE_OPS;
  public static final long PROBE_LAST_OP = 0;

  static {
    assert Layouts.areRight();
  }

  private IoUring() {}

  /** The offset of the flags of {@code opcode} in a {@code struct io_uring_probe}. */
  public static long probeFlags(int opcode) {
    return 16 + 8L * opcode + 2;
  }

  /**
   * The structs above once more, field by field, from which their sizes and offsets are computed.
   * Used by an assertion only: {@code areRight} throws an AssertionError if a constant is wrong.
   */
  private static final class Layouts {
    private Layouts() {}

    static boolean areRight() {
      params();
      sqe();
      cqe();
      registration();
      probe();
      return true;
    }

    private static void params() {
      StructLayout sqOffsets =
          structLayout(
              u32("head"),
              u32("tail"),
              u32("ring_mask"),
              u32("ring_entries"),
              u32("flags"),
              u32("dropped"),
              u32("array"),
              u32("resv1"),
              u64("user_addr"));
      StructLayout cqOffsets =
          structLayout(
              u32("head"),
              u32("tail"),
              u32("ring_mask"),
              u32("ring_entries"),
              u32("overflow"),
              u32("cqes"),
              u32("flags"),
              u32("resv1"),
              u64("user_addr"));
      StructLayout params =
          structLayout(
              u32("sq_entries"),
              u32("cq_entries"),
              u32("flags"),
              u32("sq_thread_cpu"),
              u32("sq_thread_idle"),
              u32("features"),
              u32("wq_fd"),
              sequenceLayout(3, JAVA_INT).withName("resv"),
              sqOffsets.withName("sq_off"),
              cqOffsets.withName("cq_off"));
      size(params, PARAMS_BYTES);
      field(params, "sq_entries", PARAMS_SQ_ENTRIES);
      field(params, "cq_entries", PARAMS_CQ_ENTRIES);
      field(params, "flags", PARAMS_FLAGS);
      field(params, "sq_thread_idle", PARAMS_SQ_THREAD_IDLE);
      field(params, "features", PARAMS_FEATURES);
      long sqOff = params.byteOffset(PathElement.groupElement("sq_off"));
      field(sqOffsets, "head", PARAMS_SQ_OFF_HEAD - sqOff);
      field(sqOffsets, "tail", PARAMS_SQ_OFF_TAIL - sqOff);
      field(sqOffsets, "flags", PARAMS_SQ_OFF_FLAGS - sqOff);
      field(sqOffsets, "array", PARAMS_SQ_OFF_ARRAY - sqOff);
      long cqOff = params.byteOffset(PathElement.groupElement("cq_off"));
      field(cqOffsets, "head", PARAMS_CQ_OFF_HEAD - cqOff);
      field(cqOffsets, "tail", PARAMS_CQ_OFF_TAIL - cqOff);
      field(cqOffsets, "cqes", PARAMS_CQ_OFF_CQES - cqOff);
    }

    private static void sqe() {
      StructLayout sqe =
          structLayout(
              u8("opcode"),
              u8("flags"),
              u16("ioprio"),
              u32("fd"),
              u64("off"),
              u64("addr"),
              u32("len"),
              u32("op_flags"),
              u64("user_data"),
              u16("buf_index"),
              u16("personality"),
              u32("file_index"),
              u64("addr3"),
              u64("__pad2"));
      size(sqe, SQE_BYTES);
      field(sqe, "opcode", SQE_OPCODE);
      field(sqe, "flags", SQE_FLAGS);
      field(sqe, "fd", SQE_FD);
      field(sqe, "off", SQE_OFF);
      field(sqe, "addr", SQE_ADDR);
      field(sqe, "len", SQE_LEN);
      field(sqe, "op_flags", SQE_OP_FLAGS);
      field(sqe, "user_data", SQE_USER_DATA);
      field(sqe, "buf_index", SQE_BUF_INDEX);
      field(sqe, "file_index", SQE_FILE_INDEX);
      field(sqe, "addr3", SQE_ADDR3);
      field(sqe, "__pad2", SQE_PAD2);
    }

    private static void cqe() {
      StructLayout cqe = structLayout(u64("user_data"), u32("res"), u32("flags"));
      size(cqe, CQE_BYTES);
      field(cqe, "user_data", CQE_USER_DATA);
      field(cqe, "res", CQE_RES);
    }

    private static void registration() {
      StructLayout register =
          structLayout(u32("nr"), u32("flags"), u64("resv2"), u64("data"), u64("tags"));
      size(register, RSRC_REGISTER_BYTES);
      field(register, "nr", RSRC_REGISTER_NR);
      field(register, "flags", RSRC_REGISTER_FLAGS);
      StructLayout update =
          structLayout(
              u32("offset"), u32("resv"), u64("data"), u64("tags"), u32("nr"), u32("resv2"));
      size(update, RSRC_UPDATE2_BYTES);
      field(update, "offset", RSRC_UPDATE2_OFFSET);
      field(update, "data", RSRC_UPDATE2_DATA);
      field(update, "nr", RSRC_UPDATE2_NR);
    }

    private static void probe() {
      StructLayout op = structLayout(u8("op"), u8("resv"), u16("flags"), u32("resv2"));
      StructLayout probe =
          structLayout(
              u8("last_op"),
              u8("ops_len"),
              u16("resv"),
              sequenceLayout(3, JAVA_INT).withName("resv2"),
              sequenceLayout(PROBE_OPS, op).withName("ops"));
      size(probe, PROBE_BYTES);
      field(probe, "last_op", PROBE_LAST_OP);
      PathElement ops = PathElement.groupElement("ops");
      PathElement flags = PathElement.groupElement("flags");
      for (int i = 0; i < PROBE_OPS; i++) {
        long flagsOfOp = probe.byteOffset(ops, PathElement.sequenceElement(i), flags);
        check("probeFlags(" + i + ")", probeFlags(i), flagsOfOp);
      }
    }
  }
}
