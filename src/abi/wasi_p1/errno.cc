#include "abi/wasi_p1/errno.h"

#include <cerrno>

namespace wws::abi::wasi_p1 {

Errno errno_of(bindings::files::FileFault fault) noexcept {
  if (fault == bindings::files::kOutside) return Errno::Notcapable;
  switch (static_cast<int>(fault)) {
    case E2BIG: return Errno::Toobig;
    case EACCES: return Errno::Acces;
    case EAGAIN: return Errno::Again;
    case EBADF: return Errno::Badf;
    case EBUSY: return Errno::Busy;
    case EDQUOT: return Errno::Dquot;
    case EEXIST: return Errno::Exist;
    case EFBIG: return Errno::Fbig;
    case EILSEQ: return Errno::Ilseq;
    case EINTR: return Errno::Intr;
    case EINVAL: return Errno::Inval;
    case EISDIR: return Errno::Isdir;
    case ELOOP: return Errno::Loop;
    case EMFILE: return Errno::Mfile;
    case EMLINK: return Errno::Mlink;
    case ENAMETOOLONG: return Errno::Nametoolong;
    case ENFILE: return Errno::Nfile;
    case ENODEV: return Errno::Nodev;
    case ENOENT: return Errno::Noent;
    case ENOMEM: return Errno::Nomem;
    case ENOSPC: return Errno::Nospc;
    case ENOSYS: return Errno::Nosys;
    case ENOTDIR: return Errno::Notdir;
    case ENOTEMPTY: return Errno::Notempty;
    case ENOTSUP: return Errno::Notsup;
    case ENXIO: return Errno::Nxio;
    case EOVERFLOW: return Errno::Overflow;
    case EPERM: return Errno::Perm;
    case EROFS: return Errno::Rofs;
    case ESPIPE: return Errno::Spipe;
    case ESTALE: return Errno::Stale;
    case ETIMEDOUT: return Errno::Timedout;
    case ETXTBSY: return Errno::Txtbsy;
    case EXDEV: return Errno::Xdev;
    default: return Errno::Io;
  }
}

}  // namespace wws::abi::wasi_p1
