#include "abi/wasi_p1/wasi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "abi/wasi_p1/errno.h"
#include "abi/wasi_p1/test_context.h"

namespace wws::abi::wasi_p1 {
namespace {

using test::Guest;
using test::i32;
using test::i64;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kBadf = 8, kFault = 21, kInval = 28, kNosys = 52, kNotdir = 54, kNotsock = 57,
              kNotsup = 58, kSpipe = 70, kNotcapable = 76;

// Puts one vector at 16 and calls fd_write or fd_read with it; the count goes to 8.
int with_vector(Guest& guest, std::string_view name, std::uint32_t descriptor, std::uint32_t at,
                std::uint32_t size) {
  guest.put_number(16, at);
  guest.put_number(20, size);
  return guest.call(name, {i32(descriptor), i32(16), i32(1), i32(8)});
}

TEST(Wasi, WritesStdoutFromSeveralVectors) {
  Guest guest;
  guest.put(100, "hello ");
  guest.put(200, "world");
  const std::uint32_t vectors[] = {100, 6, 0, 0, 200, 5};
  for (std::uint32_t i = 0; i < 6; ++i) guest.put_number(16 + 4 * i, vectors[i]);
  EXPECT_EQ(guest.call("fd_write", {i32(1), i32(16), i32(3), i32(8)}), 0);
  EXPECT_EQ(guest.number(8), 11u);
  EXPECT_EQ(guest.state.output(), "hello world");
}

TEST(Wasi, WritesNothingWhenAPointerIsBad) {
  Guest guest;
  guest.put(100, "first");
  guest.put_number(16, 100u);
  guest.put_number(20, 5u);
  guest.put_number(24, 4090u);
  guest.put_number(28, 7u);
  EXPECT_EQ(guest.call("fd_write", {i32(1), i32(16), i32(2), i32(8)}), kFault);
  EXPECT_EQ(guest.call("fd_write", {i32(1), i32(16), i32(1), i32(4093)}), kFault) << "count";
  EXPECT_EQ(guest.call("fd_write", {i32(1), i32(4092), i32(1), i32(8)}), kFault) << "list";
  EXPECT_EQ(guest.call("fd_write", {i32(1), i32(0xfffffff8), i32(2), i32(8)}), kFault) << "wraps";
  EXPECT_EQ(with_vector(guest, "fd_write", 1, 0xffffffff, 0xffffffff), kFault);
  EXPECT_EQ(guest.state.output(), "");
}

TEST(Wasi, BoundsTheNumberOfVectors) {
  Guest guest({}, 64 << 10);
  EXPECT_EQ(guest.call("fd_write", {i32(1), i32(0), i32(1024), i32(60000)}), 0);
  EXPECT_EQ(guest.call("fd_write", {i32(1), i32(0), i32(1025), i32(60000)}), kInval);
  EXPECT_EQ(guest.call("fd_write", {i32(1), i32(0), i32(0xffffffff), i32(60000)}), kInval);
}

TEST(Wasi, EndsTheRunWhenStdoutOutgrowsItsLimit) {
  Guest guest({.max_output = 10});
  EXPECT_EQ(with_vector(guest, "fd_write", 1, 100, 10), 0);
  EXPECT_EQ(with_vector(guest, "fd_write", 1, 100, 0), 0);
  EXPECT_EQ(with_vector(guest, "fd_write", 1, 100, 1), -1);
  ASSERT_TRUE(guest.ended.has_value());
  EXPECT_EQ(guest.ended->kind(), ErrorKind::Exhausted);
  EXPECT_THAT(guest.ended->message(), HasSubstr("more than 10 bytes to stdout"));
  EXPECT_EQ(guest.state.output().size(), 10u);
}

TEST(Wasi, CopiesNothingOfAWriteThatIsFarTooLarge) {
  Guest guest({.max_output = 100});
  for (std::uint32_t i = 0; i < 100; ++i) {
    guest.put_number(16 + 8 * i, 0u);
    guest.put_number(20 + 8 * i, 4096u);
  }
  EXPECT_EQ(guest.call("fd_write", {i32(1), i32(16), i32(100), i32(8)}), -1);
  EXPECT_EQ(guest.state.output().size(), 0u);
}

TEST(Wasi, HandsOverStderrByTheLine) {
  Guest guest;
  guest.put(100, "one\ntw");
  EXPECT_EQ(with_vector(guest, "fd_write", 2, 100, 6), 0);
  EXPECT_THAT(guest.lines, ElementsAre("one"));
  guest.put(100, "o\nrest");
  EXPECT_EQ(with_vector(guest, "fd_write", 2, 100, 6), 0);
  EXPECT_THAT(guest.lines, ElementsAre("one", "two"));
  guest.state.flush_errors();
  EXPECT_THAT(guest.lines, ElementsAre("one", "two", "rest"));
  EXPECT_EQ(guest.state.output(), "");
}

TEST(Wasi, ReadsStdinInPartsAndThenItsEnd) {
  Guest guest({.input = "abcdef"});
  EXPECT_EQ(with_vector(guest, "fd_read", 0, 100, 4), 0);
  EXPECT_EQ(guest.number(8), 4u);
  EXPECT_EQ(guest.text(100, 5), std::string("abcd\0", 5));
  EXPECT_EQ(with_vector(guest, "fd_read", 0, 100, 4000), kFault) << "past the memory's end";
  EXPECT_EQ(with_vector(guest, "fd_read", 0, 100, 400), 0);
  EXPECT_EQ(guest.number(8), 2u);
  EXPECT_EQ(guest.text(100, 2), "ef");
  EXPECT_EQ(with_vector(guest, "fd_read", 0, 100, 400), 0);
  EXPECT_EQ(guest.number(8), 0u);
}

TEST(Wasi, AReadOverItsOwnVectorsIsHarmless) {
  Guest guest({.input = std::string(64, '\xff')});
  // The first vector overwrites the list: the second becomes 0xffffffff bytes at 0xffffffff.
  guest.put_number(16, 16u);
  guest.put_number(20, 32u);
  guest.put_number(24, 200u);
  guest.put_number(28, 8u);
  EXPECT_EQ(guest.call("fd_read", {i32(0), i32(16), i32(2), i32(8)}), kFault);
  EXPECT_EQ(guest.number(200), 0u);
}

TEST(Wasi, RefusesStreamsInTheWrongDirectionAndUnknownOnes) {
  Guest guest({.input = "x"});
  EXPECT_EQ(with_vector(guest, "fd_write", 0, 100, 1), kBadf);
  EXPECT_EQ(with_vector(guest, "fd_read", 1, 100, 1), kBadf);
  EXPECT_EQ(with_vector(guest, "fd_read", 2, 100, 1), kBadf);
  EXPECT_EQ(with_vector(guest, "fd_write", 3, 100, 1), kBadf);
  EXPECT_EQ(with_vector(guest, "fd_write", 0xffffffff, 100, 1), kBadf);
}

TEST(Wasi, ClosesAndRenumbersStreams) {
  Guest guest;
  EXPECT_EQ(guest.call("fd_renumber", {i32(1), i32(2)}), 0);
  guest.put(100, "x");
  EXPECT_EQ(with_vector(guest, "fd_write", 2, 100, 1), 0);
  EXPECT_EQ(guest.state.output(), "x") << "2 is stdout now";
  EXPECT_EQ(with_vector(guest, "fd_write", 1, 100, 1), kBadf);
  EXPECT_EQ(guest.call("fd_renumber", {i32(1), i32(2)}), kBadf);
  EXPECT_EQ(guest.call("fd_renumber", {i32(2), i32(2)}), 0);
  EXPECT_EQ(guest.call("fd_close", {i32(2)}), 0);
  EXPECT_EQ(guest.call("fd_close", {i32(2)}), kBadf);
  EXPECT_EQ(with_vector(guest, "fd_write", 2, 100, 1), kBadf);
}

TEST(Wasi, TellsWhatAStreamIs) {
  Guest guest;
  EXPECT_EQ(guest.call("fd_fdstat_get", {i32(1), i32(200)}), 0);
  EXPECT_EQ(guest.number<std::uint8_t>(200), 0);
  EXPECT_EQ(guest.number<std::uint64_t>(208) & (kRightRead | kRightWrite), kRightWrite);
  EXPECT_EQ(guest.number<std::uint64_t>(216), 0u);
  EXPECT_EQ(guest.call("fd_fdstat_get", {i32(3), i32(200)}), kBadf);
  EXPECT_EQ(guest.call("fd_fdstat_get", {i32(1), i32(4073)}), kFault);
}

TEST(Wasi, KeepsFlagsAndRefusesUnknownOnes) {
  Guest guest;
  EXPECT_EQ(guest.call("fd_fdstat_set_flags", {i32(1), i32(5)}), 0);
  EXPECT_EQ(guest.call("fd_fdstat_get", {i32(1), i32(200)}), 0);
  EXPECT_EQ(guest.number<std::uint16_t>(202), 5);
  EXPECT_EQ(guest.call("fd_fdstat_set_flags", {i32(1), i32(2)}), kInval);
  EXPECT_EQ(guest.call("fd_fdstat_set_flags", {i32(7), i32(1)}), kBadf);
}

TEST(Wasi, RightsOnlyShrink) {
  Guest guest;
  EXPECT_EQ(guest.call("fd_fdstat_set_rights", {i32(1), i64(kRightRead), i64(0)}), kNotcapable);
  EXPECT_EQ(guest.call("fd_fdstat_set_rights", {i32(1), i64(kRightWrite), i64(1)}), kNotcapable);
  EXPECT_EQ(guest.call("fd_fdstat_set_rights", {i32(1), i64(kRightPoll), i64(0)}), 0);
  EXPECT_EQ(with_vector(guest, "fd_write", 1, 100, 1), kNotcapable);
  EXPECT_EQ(guest.call("fd_fdstat_set_rights", {i32(1), i64(kRightWrite), i64(0)}), kNotcapable);
  EXPECT_EQ(guest.call("fd_fdstat_set_rights", {i32(0), i64(0), i64(0)}), 0);
  EXPECT_EQ(with_vector(guest, "fd_read", 0, 100, 1), kNotcapable);
}

TEST(Wasi, FileStatusHasTheLayoutOfItsVersion) {
  Guest guest;
  std::fill(guest.context.bytes.begin(), guest.context.bytes.end(), 0xee);
  EXPECT_EQ(guest.call("fd_filestat_get", {i32(0), i32(200)}), 0);
  EXPECT_EQ(guest.number<std::uint64_t>(224), 1u) << "links";
  EXPECT_EQ(guest.number<std::uint64_t>(232), 0u) << "size";
  EXPECT_EQ(guest.number<std::uint8_t>(264), 0xee) << "64 bytes and no more";
  std::fill(guest.context.bytes.begin(), guest.context.bytes.end(), 0xee);
  EXPECT_EQ(guest.call("fd_filestat_get", {i32(0), i32(200)}, "wasi_unstable"), 0);
  EXPECT_EQ(guest.number<std::uint32_t>(220), 1u);
  EXPECT_EQ(guest.number<std::uint8_t>(256), 0xee) << "56 bytes and no more";
  EXPECT_EQ(guest.call("fd_filestat_get", {i32(0), i32(4040)}), kFault);
  EXPECT_EQ(guest.call("fd_filestat_get", {i32(3), i32(200)}), kBadf);
}

TEST(Wasi, GivesArgumentsAndEnvironment) {
  Guest guest({.arguments = {"worker", "--fast"}, .environment = {"NAME=value", "EMPTY="}});
  EXPECT_EQ(guest.call("args_sizes_get", {i32(8), i32(12)}), 0);
  EXPECT_EQ(guest.number(8), 2u);
  EXPECT_EQ(guest.number(12), 14u);
  EXPECT_EQ(guest.call("args_get", {i32(100), i32(200)}), 0);
  EXPECT_EQ(guest.number(100), 200u);
  EXPECT_EQ(guest.number(104), 207u);
  EXPECT_EQ(guest.text(200, 14), std::string("worker\0--fast\0", 14));
  EXPECT_EQ(guest.call("environ_sizes_get", {i32(8), i32(12)}), 0);
  EXPECT_EQ(guest.number(12), 18u);
  EXPECT_EQ(guest.call("environ_get", {i32(100), i32(200)}), 0);
  EXPECT_EQ(guest.text(guest.number(104), 7), std::string("EMPTY=\0", 7));
}

TEST(Wasi, RefusesListsThatDoNotFitTheMemory) {
  Guest guest({.arguments = {"worker"}, .environment = {"A=b"}});
  EXPECT_EQ(guest.call("args_sizes_get", {i32(4093), i32(8)}), kFault);
  EXPECT_EQ(guest.call("args_sizes_get", {i32(8), i32(0xffffffff)}), kFault);
  EXPECT_EQ(guest.call("args_get", {i32(100), i32(4090)}), kFault);
  EXPECT_EQ(guest.call("args_get", {i32(4094), i32(100)}), kFault);
  EXPECT_EQ(guest.call("environ_get", {i32(0xffffffff), i32(100)}), kFault);
}

TEST(Wasi, ClocksGoInCoarseSteps) {
  Guest guest;
  EXPECT_EQ(guest.call("clock_time_get", {i32(0), i64(1), i32(200)}), 0);
  EXPECT_EQ(guest.number<std::uint64_t>(200), 1'700'000'000'123'400'000u);
  EXPECT_EQ(guest.call("clock_time_get", {i32(1), i64(1), i32(200)}), 0);
  EXPECT_EQ(guest.number<std::uint64_t>(200), 100'000u);
  guest.clock.advance(std::chrono::microseconds(250));
  EXPECT_EQ(guest.call("clock_time_get", {i32(1), i64(1), i32(200)}), 0);
  EXPECT_EQ(guest.number<std::uint64_t>(200), 300'000u);
  EXPECT_EQ(guest.call("clock_res_get", {i32(1), i32(200)}), 0);
  EXPECT_EQ(guest.number<std::uint64_t>(200), 100'000u);
}

TEST(Wasi, RefusesOtherClocks) {
  Guest guest;
  EXPECT_EQ(guest.call("clock_time_get", {i32(2), i64(1), i32(200)}), kInval);
  EXPECT_EQ(guest.call("clock_res_get", {i32(0xffffffff), i32(200)}), kInval);
  EXPECT_EQ(guest.call("clock_time_get", {i32(0), i64(1), i32(4089)}), kFault);
}

TEST(Wasi, GivesRandomBytes) {
  Guest guest;
  guest.context.bytes[203] = 0xee;
  EXPECT_EQ(guest.call("random_get", {i32(200), i32(3)}), 0);
  EXPECT_EQ(guest.text(200, 4), std::string("\x00\x01\x02\xee", 4));
  EXPECT_EQ(guest.call("random_get", {i32(4090), i32(7)}), kFault);
  EXPECT_EQ(guest.call("random_get", {i32(0), i32((1u << 20) + 1)}), kInval);
}

TEST(Wasi, ExitEndsTheRunAndTellsTheCode) {
  Guest guest;
  EXPECT_FALSE(guest.state.exit_code().has_value());
  EXPECT_EQ(guest.call("proc_exit", {i32(3)}), -1);
  EXPECT_EQ(guest.state.exit_code(), 3u);
  EXPECT_EQ(guest.ended->kind(), ErrorKind::GuestFault);
  EXPECT_EQ(guest.ended->message(), "the worker exited with code 3");
}

TEST(Wasi, HasEveryFunctionWithItsType) {
  // https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#modules
  const std::pair<const char*, const char*> expected[] = {{"args_get", "ii:i"},
                                                          {"args_sizes_get", "ii:i"},
                                                          {"clock_res_get", "ii:i"},
                                                          {"clock_time_get", "iIi:i"},
                                                          {"environ_get", "ii:i"},
                                                          {"environ_sizes_get", "ii:i"},
                                                          {"fd_advise", "iIIi:i"},
                                                          {"fd_allocate", "iII:i"},
                                                          {"fd_close", "i:i"},
                                                          {"fd_datasync", "i:i"},
                                                          {"fd_fdstat_get", "ii:i"},
                                                          {"fd_fdstat_set_flags", "ii:i"},
                                                          {"fd_fdstat_set_rights", "iII:i"},
                                                          {"fd_filestat_get", "ii:i"},
                                                          {"fd_filestat_set_size", "iI:i"},
                                                          {"fd_filestat_set_times", "iIIi:i"},
                                                          {"fd_pread", "iiiIi:i"},
                                                          {"fd_prestat_dir_name", "iii:i"},
                                                          {"fd_prestat_get", "ii:i"},
                                                          {"fd_pwrite", "iiiIi:i"},
                                                          {"fd_read", "iiii:i"},
                                                          {"fd_readdir", "iiiIi:i"},
                                                          {"fd_renumber", "ii:i"},
                                                          {"fd_seek", "iIii:i"},
                                                          {"fd_sync", "i:i"},
                                                          {"fd_tell", "ii:i"},
                                                          {"fd_write", "iiii:i"},
                                                          {"path_create_directory", "iii:i"},
                                                          {"path_filestat_get", "iiiii:i"},
                                                          {"path_filestat_set_times", "iiiiIIi:i"},
                                                          {"path_link", "iiiiiii:i"},
                                                          {"path_open", "iiiiiIIii:i"},
                                                          {"path_readlink", "iiiiii:i"},
                                                          {"path_remove_directory", "iii:i"},
                                                          {"path_rename", "iiiiii:i"},
                                                          {"path_symlink", "iiiii:i"},
                                                          {"path_unlink_file", "iii:i"},
                                                          {"poll_oneoff", "iiii:i"},
                                                          {"proc_exit", "i:"},
                                                          {"proc_raise", "i:i"},
                                                          {"random_get", "ii:i"},
                                                          {"sched_yield", ":i"},
                                                          {"sock_accept", "iii:i"},
                                                          {"sock_recv", "iiiiii:i"},
                                                          {"sock_send", "iiiii:i"},
                                                          {"sock_shutdown", "ii:i"}};
  const Guest guest;
  for (const std::string_view module : {"wasi_snapshot_preview1", "wasi_unstable"}) {
    std::size_t present = 0;
    for (const auto& [name, type] : expected) {
      const wasm::HostFunction* const function = guest.find(module, name);
      if (module == "wasi_unstable" && std::string_view(name) == "sock_accept") {
        EXPECT_EQ(function, nullptr) << "came with preview 1";
        continue;
      }
      ASSERT_NE(function, nullptr) << name;
      EXPECT_EQ(function->type, type) << name;
      EXPECT_NE(function->call != nullptr, function->suspending != nullptr) << name;
      ++present;
    }
    EXPECT_EQ(present, static_cast<std::size_t>(std::count_if(
                           guest.functions.begin(), guest.functions.end(),
                           [&](const wasm::HostFunction& one) { return one.module == module; })));
  }
}

TEST(Wasi, AnswersForFilesAndSocketsThatThereAreNone) {
  const auto values = [](std::size_t count) { return std::vector<wasm::Value>(count, i32(1)); };
  Guest guest;
  for (const char* name : {"path_create_directory", "path_filestat_get", "path_filestat_set_times",
                           "path_link", "path_open", "path_readlink", "path_remove_directory",
                           "path_rename", "path_symlink", "path_unlink_file"})
    EXPECT_EQ(guest.call(name, values(9)), kNotdir) << name;
  for (const char* name : {"sock_accept", "sock_recv", "sock_send", "sock_shutdown"})
    EXPECT_EQ(guest.call(name, values(6)), kNotsock) << name;
  for (const char* name : {"fd_seek", "fd_tell", "fd_pread", "fd_pwrite", "fd_advise"})
    EXPECT_EQ(guest.call(name, values(5)), kSpipe) << name;
  for (const char* name : {"fd_sync", "fd_datasync", "fd_filestat_set_size"})
    EXPECT_EQ(guest.call(name, values(5)), kInval) << name;
  EXPECT_EQ(guest.call("fd_readdir", values(5)), kNotdir);
  EXPECT_EQ(guest.call("fd_allocate", values(3)), kNotsup);
  EXPECT_EQ(guest.call("fd_filestat_set_times", values(4)), kNotsup);
  EXPECT_EQ(guest.call("proc_raise", values(1)), kNosys);
  EXPECT_EQ(guest.call("sched_yield", {}), 0);
}

TEST(Wasi, AnswersBadfForDescriptorsThatAreNotOpen) {
  Guest guest;
  const std::vector<wasm::Value> values(9, i32(3));
  for (const wasm::HostFunction& function : guest.functions) {
    const bool takes_descriptor = function.name.starts_with("fd_") ||
                                  function.name.starts_with("path_") ||
                                  function.name.starts_with("sock_");
    if (takes_descriptor) {
      EXPECT_EQ(guest.call(function.name, values, function.module), kBadf) << function.name;
    }
  }
}

TEST(Wasi, SaysSoWhenThereIsNoRequest) {
  const wasm::HostFunctions functions = host_functions();
  test::FakeContext nobody(64);
  std::vector<wasm::Value> values(4);
  for (const wasm::HostFunction& function : functions) {
    if (function.call == nullptr) continue;
    const wasm::HostResult ended = function.call(nobody, values);
    ASSERT_TRUE(ended.has_value()) << function.name;
    EXPECT_EQ(ended->kind(), ErrorKind::Internal);
  }
}

}  // namespace
}  // namespace wws::abi::wasi_p1
