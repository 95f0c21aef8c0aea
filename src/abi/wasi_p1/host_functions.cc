#include "abi/wasi_p1/call.h"

namespace wws::abi::wasi_p1 {
namespace {

// A guest gets no sockets, and so no descriptor is one.
Answer refuse_socket(Call& call) {
  return call.state.find_descriptor(call.u32(0)) == nullptr ? Errno::Badf : Errno::Notsock;
}
template <Errno answer>
Answer always(Call&) {
  return answer;
}

struct Entry {
  const char* name;
  const char* type;
  wasm::HostCall call;
};

// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#modules
constexpr Entry kCommon[] = {
    {"args_get", "ii:i", adapt<args_get>},
    {"args_sizes_get", "ii:i", adapt<args_sizes_get>},
    {"environ_get", "ii:i", adapt<environ_get>},
    {"environ_sizes_get", "ii:i", adapt<environ_sizes_get>},
    {"clock_res_get", "ii:i", adapt<clock_res_get>},
    {"clock_time_get", "iIi:i", adapt<clock_time_get>},
    {"fd_advise", "iIIi:i", adapt<fd_advise>},
    {"fd_close", "i:i", adapt<fd_close>},
    {"fd_fdstat_get", "ii:i", adapt<fd_fdstat_get>},
    {"fd_fdstat_set_flags", "ii:i", adapt<fd_fdstat_set_flags>},
    {"fd_fdstat_set_rights", "iII:i", adapt<fd_fdstat_set_rights>},
    {"fd_filestat_set_size", "iI:i", adapt<fd_filestat_set_size>},
    {"fd_filestat_set_times", "iIIi:i", adapt<fd_filestat_set_times>},
    {"fd_pread", "iiiIi:i", adapt<fd_pread>},
    {"fd_prestat_get", "ii:i", adapt<fd_prestat_get>},
    {"fd_prestat_dir_name", "iii:i", adapt<fd_prestat_dir_name>},
    {"fd_pwrite", "iiiIi:i", adapt<fd_pwrite>},
    {"fd_read", "iiii:i", adapt<fd_read>},
    {"fd_readdir", "iiiIi:i", adapt<fd_readdir>},
    {"fd_renumber", "ii:i", adapt<fd_renumber>},
    {"fd_tell", "ii:i", adapt<fd_tell>},
    {"fd_write", "iiii:i", adapt<fd_write>},
    {"path_create_directory", "iii:i", adapt<path_create_directory>},
    {"path_filestat_set_times", "iiiiIIi:i", adapt<path_filestat_set_times>},
    {"path_link", "iiiiiii:i", adapt<path_link>},
    {"path_open", "iiiiiIIii:i", adapt<path_open>},
    {"path_readlink", "iiiiii:i", adapt<path_readlink>},
    {"path_remove_directory", "iii:i", adapt<path_remove_directory>},
    {"path_rename", "iiiiii:i", adapt<path_rename>},
    {"path_symlink", "iiiii:i", adapt<path_symlink>},
    {"path_unlink_file", "iii:i", adapt<path_unlink_file>},
    {"proc_exit", "i:", adapt<proc_exit>},
    {"proc_raise", "i:i", adapt<always<Errno::Nosys>>},
    {"random_get", "ii:i", adapt<random_get>},
    {"sched_yield", ":i", adapt<always<Errno::Success>>},
    {"sock_recv", "iiiiii:i", adapt<refuse_socket>},
    {"sock_send", "iiiii:i", adapt<refuse_socket>},
    {"sock_shutdown", "ii:i", adapt<refuse_socket>},
};

// The functions of one version of the interface. The versions share most; those with a layout or
// a number of their own are templates.
template <Version version>
void add_version(wasm::HostFunctions& functions, const std::string& module) {
  for (const Entry& entry : kCommon)
    functions.push_back({module, entry.name, entry.type, entry.call, nullptr});
  constexpr Entry kOwn[] = {
      {"fd_filestat_get", "ii:i", adapt<fd_filestat_get<version>>},
      {"fd_seek", "iIii:i", adapt<fd_seek<version>>},
      {"path_filestat_get", "iiiii:i", adapt<path_filestat_get<version>>},
  };
  for (const Entry& entry : kOwn)
    functions.push_back({module, entry.name, entry.type, entry.call, nullptr});
  functions.push_back({module, "fd_allocate", "iII:i", nullptr, disk_call<DiskCall::Allocate>});
  functions.push_back({module, "fd_datasync", "i:i", nullptr, disk_call<DiskCall::SyncData>});
  functions.push_back({module, "fd_sync", "i:i", nullptr, disk_call<DiskCall::Sync>});
  functions.push_back({module, "poll_oneoff", "iiii:i", nullptr, poll_oneoff<version>});
}

}  // namespace

wasm::HostFunctions host_functions() {
  const std::string preview1 = "wasi_snapshot_preview1", unstable = "wasi_unstable";
  wasm::HostFunctions functions;
  add_version<Version::Preview1>(functions, preview1);
  functions.push_back({preview1, "sock_accept", "iii:i", adapt<refuse_socket>, nullptr});
  add_version<Version::Unstable>(functions, unstable);
  return functions;
}

}  // namespace wws::abi::wasi_p1
