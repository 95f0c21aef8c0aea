// Whatever a guest calls with whatever arguments, nothing outside of its folder changes or is read,
// and its read-only folder stays as it is. The sequences are random and always the same.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include "abi/wasi_p1/test_context.h"

namespace wws::abi::wasi_p1 {
namespace {

namespace fs = std::filesystem;
using bindings::files::Access;
using bindings::files::Mount;
using test::Guest;

constexpr int kCalls = 30'000;
constexpr rlim_t kMostFile = 1u << 20;
constexpr std::uint32_t kMemory = 4096, kTextAt = 1024;
constexpr char kSecret[] = "this is nobody's business";

class HostileCalls : public testing::Test {
 protected:
  HostileCalls() {
    std::string pattern = (fs::temp_directory_path() / "wws-calls-XXXXXX").string();
    base_ = fs::canonical(mkdtemp(pattern.data()));
    for (const char* name : {"open/a/b", "fixed/a", "outside/a"})
      fs::create_directories(base_ / name);
    for (const char* name : {"open/a/t", "fixed/a/t"}) std::ofstream(base_ / name) << "text";
    std::ofstream(base_ / "outside/a/t") << kSecret;
    for (const char* folder : {"open", "fixed"}) {
      fs::create_symlink("../outside", base_ / folder / "out");
      fs::create_symlink(base_ / "outside/a/t", base_ / folder / "l");
      fs::create_symlink("a/../..", base_ / folder / "up");
    }
    // A guest that makes huge files must not fill the disk of whoever runs the tests.
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit small{kMostFile, limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    mounts_ = {{(base_ / "open").string(), "/", Access::ReadWrite},
               {(base_ / "fixed").string(), "/fixed", Access::ReadOnly}};
  }
  ~HostileCalls() override {
    setrlimit(RLIMIT_FSIZE, &limit_);
    fs::remove_all(base_);
  }

  std::uint32_t below(std::uint32_t most) { return random_() % most; }

  std::string random_path() {
    static constexpr std::string_view kParts[] = {"a",  "b",  "t", "n", "l", "out",
                                                  "up", "..", ".", "",  "a", "t"};
    std::string path = below(12) == 0 ? "/" : "";
    for (std::uint32_t i = 0, count = 1 + below(4); i < count; ++i) {
      if (i != 0) path += '/';
      path += kParts[below(std::size(kParts))];
    }
    return path;
  }
  // Arguments that mean something more often than not.
  std::vector<wasm::Value> random_arguments(Guest& guest, std::string_view type) {
    std::vector<wasm::Value> values;
    const std::string path = random_path(), other = random_path();
    guest.put(kTextAt, path);
    guest.put(kTextAt + 512, other);
    guest.put_number(64, std::uint32_t{2048});
    guest.put_number(68, below(3000));
    for (const char one : type.substr(0, type.find(':'))) values.push_back(random_value(one, path));
    // Where a path is expected, a path: the pointer and length that follow the folder.
    for (std::size_t i = 1; i + 1 < values.size() && below(4) != 0; ++i) {
      if (values[i].raw != kTextAt && values[i].raw != kTextAt + 512) continue;
      values[i + 1].raw = values[i].raw == kTextAt ? path.size() : other.size();
    }
    return values;
  }
  wasm::Value random_value(char type, std::string_view path) {
    wasm::Value value;
    const std::uint64_t choices[] = {below(8),
                                     below(8),
                                     3,
                                     4,
                                     kTextAt,
                                     kTextAt + 512,
                                     path.size(),
                                     64,
                                     1,
                                     2,
                                     16,
                                     random_(),
                                     0xffffffff,
                                     kMemory - below(64),
                                     below(kMemory),
                                     0x20000000 - 1};
    value.raw = choices[below(std::size(choices))];
    if (type == 'I' && below(8) == 0) value.raw = (std::uint64_t{random_()} << 32) | random_();
    if (type == 'i') value.raw &= 0xffffffff;
    return value;
  }

  // Every name below a folder with its content or target.
  std::map<std::string, std::string> snapshot(const std::string& folder) const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(base_ / folder)) {
      std::string& content = all[entry.path().string()];
      if (entry.is_symlink()) {
        content = fs::read_symlink(entry.path());
      } else if (entry.is_regular_file()) {
        std::ifstream file(entry.path());
        content.assign(std::istreambuf_iterator<char>(file), {});
      }
    }
    return all;
  }

  fs::path base_;
  rlimit limit_{};
  std::vector<Mount> mounts_;
  std::mt19937 random_{7};
};

TEST_F(HostileCalls, ChangeAndSeeNothingOutside) {
  const auto outside = snapshot("outside"), fixed = snapshot("fixed");
  auto guest = std::make_unique<Guest>(WasiOptions{.folders = mounts_}, kMemory);
  std::size_t succeeded = 0;
  for (int i = 0; i < kCalls; ++i) {
    if (i % 500 == 499) guest = std::make_unique<Guest>(WasiOptions{.folders = mounts_}, kMemory);
    const auto& functions = guest->functions;
    const wasm::HostFunction& function =
        functions[below(static_cast<std::uint32_t>(functions.size()))];
    if (!function.name.starts_with("fd_") && !function.name.starts_with("path_")) continue;
    auto values = random_arguments(*guest, function.type);
    if (guest->call(function.name, std::move(values), function.module) == 0) ++succeeded;
    const std::string_view memory = as_text(guest->context.bytes);
    ASSERT_EQ(memory.find(kSecret), std::string_view::npos) << function.name << ", call " << i;
  }
  EXPECT_GT(succeeded, 500u) << "the calls are too wrong to mean anything";
  EXPECT_EQ(snapshot("outside"), outside);
  EXPECT_EQ(snapshot("fixed"), fixed);
}

}  // namespace
}  // namespace wws::abi::wasi_p1
