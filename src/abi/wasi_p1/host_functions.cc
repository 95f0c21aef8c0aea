#include "abi/wasi_p1/call.h"

namespace wws::abi::wasi_p1 {
namespace {

// What a descriptor that is open answers: streams are neither files, nor folders, nor sockets.
template <Errno answer>
Answer refuse_stream(Call& call) {
  return call.state.find_descriptor(call.u32(0)) == nullptr ? Errno::Badf : answer;
}
// Where the descriptor is the second or the third argument.
template <Errno answer, std::size_t argument>
Answer refuse_stream_at(Call& call) {
  return call.state.find_descriptor(call.u32(argument)) == nullptr ? Errno::Badf : answer;
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
    {"fd_advise", "iIIi:i", adapt<refuse_stream<Errno::Spipe>>},
    {"fd_allocate", "iII:i", adapt<refuse_stream<Errno::Notsup>>},
    {"fd_close", "i:i", adapt<fd_close>},
    {"fd_datasync", "i:i", adapt<refuse_stream<Errno::Inval>>},
    {"fd_fdstat_get", "ii:i", adapt<fd_fdstat_get>},
    {"fd_fdstat_set_flags", "ii:i", adapt<fd_fdstat_set_flags>},
    {"fd_fdstat_set_rights", "iII:i", adapt<fd_fdstat_set_rights>},
    {"fd_filestat_set_size", "iI:i", adapt<refuse_stream<Errno::Inval>>},
    {"fd_filestat_set_times", "iIIi:i", adapt<refuse_stream<Errno::Notsup>>},
    {"fd_pread", "iiiIi:i", adapt<refuse_stream<Errno::Spipe>>},
    {"fd_prestat_get", "ii:i", adapt<always<Errno::Badf>>},
    {"fd_prestat_dir_name", "iii:i", adapt<always<Errno::Badf>>},
    {"fd_pwrite", "iiiIi:i", adapt<refuse_stream<Errno::Spipe>>},
    {"fd_read", "iiii:i", adapt<fd_read>},
    {"fd_readdir", "iiiIi:i", adapt<refuse_stream<Errno::Notdir>>},
    {"fd_renumber", "ii:i", adapt<fd_renumber>},
    {"fd_seek", "iIii:i", adapt<fd_seek>},
    {"fd_sync", "i:i", adapt<refuse_stream<Errno::Inval>>},
    {"fd_tell", "ii:i", adapt<fd_seek>},
    {"fd_write", "iiii:i", adapt<fd_write>},
    {"path_create_directory", "iii:i", adapt<refuse_stream<Errno::Notcapable>>},
    {"path_filestat_get", "iiiii:i", adapt<refuse_stream<Errno::Notcapable>>},
    {"path_filestat_set_times", "iiiiIIi:i", adapt<refuse_stream<Errno::Notcapable>>},
    {"path_link", "iiiiiii:i", adapt<refuse_stream<Errno::Notcapable>>},
    {"path_open", "iiiiiIIii:i", adapt<refuse_stream<Errno::Notcapable>>},
    {"path_readlink", "iiiiii:i", adapt<refuse_stream<Errno::Notcapable>>},
    {"path_remove_directory", "iii:i", adapt<refuse_stream<Errno::Notcapable>>},
    {"path_rename", "iiiiii:i", adapt<refuse_stream<Errno::Notcapable>>},
    {"path_symlink", "iiiii:i", adapt<refuse_stream_at<Errno::Notcapable, 2>>},
    {"path_unlink_file", "iii:i", adapt<refuse_stream<Errno::Notcapable>>},
    {"proc_exit", "i:", adapt<proc_exit>},
    {"proc_raise", "i:i", adapt<always<Errno::Nosys>>},
    {"random_get", "ii:i", adapt<random_get>},
    {"sched_yield", ":i", adapt<always<Errno::Success>>},
    {"sock_recv", "iiiiii:i", adapt<refuse_stream<Errno::Notsock>>},
    {"sock_send", "iiiii:i", adapt<refuse_stream<Errno::Notsock>>},
    {"sock_shutdown", "ii:i", adapt<refuse_stream<Errno::Notsock>>},
};

void add_common(wasm::HostFunctions& functions, const std::string& module) {
  for (const Entry& entry : kCommon)
    functions.push_back({module, entry.name, entry.type, entry.call, nullptr});
}

}  // namespace

wasm::HostFunctions host_functions() {
  const std::string preview1 = "wasi_snapshot_preview1", unstable = "wasi_unstable";
  wasm::HostFunctions functions;
  add_common(functions, preview1);
  functions.push_back(
      {preview1, "fd_filestat_get", "ii:i", adapt<fd_filestat_get<Version::Preview1>>, nullptr});
  functions.push_back({preview1, "poll_oneoff", "iiii:i", nullptr, poll_oneoff<Version::Preview1>});
  functions.push_back(
      {preview1, "sock_accept", "iii:i", adapt<refuse_stream<Errno::Notsock>>, nullptr});
  add_common(functions, unstable);
  functions.push_back(
      {unstable, "fd_filestat_get", "ii:i", adapt<fd_filestat_get<Version::Unstable>>, nullptr});
  functions.push_back({unstable, "poll_oneoff", "iiii:i", nullptr, poll_oneoff<Version::Unstable>});
  return functions;
}

}  // namespace wws::abi::wasi_p1
