// Runs a fuzz target over its corpus without libFuzzer, which only Clang has: each file as it is
// and cut short at each of its bytes.
//
//     wws_fuzz_replay TARGET CORPUS
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

// One line a target, made by CMake: WWS_TARGET(name).
#define WWS_TARGET(name) extern "C" int fuzz_##name(const std::uint8_t*, std::size_t);
#include "replay_targets.inc"
#undef WWS_TARGET

namespace {

using Target = int (*)(const std::uint8_t*, std::size_t);

Target find_target(std::string_view name) {
#define WWS_TARGET(target) \
  if (name == #target) return fuzz_##target;
#include "replay_targets.inc"
#undef WWS_TARGET
  return nullptr;
}

// The bytes in memory of exactly their size, so that a sanitizer sees a read behind them.
void run(Target target, const std::string& bytes, std::size_t size) {
  const std::vector<std::uint8_t> exact(bytes.begin(),
                                        bytes.begin() + static_cast<std::ptrdiff_t>(size));
  target(exact.data(), size);
}

int replay(Target target, const std::filesystem::path& corpus) {
  std::error_code error;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus, error)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    std::printf("%s\n", entry.path().filename().c_str());
    std::fflush(stdout);
    for (std::size_t size = 0; size <= bytes.size(); ++size) run(target, bytes, size);
    ++files;
  }
  if (files == 0) std::fprintf(stderr, "%s holds no files\n", corpus.c_str());
  return files == 0 ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
  const Target target = count == 3 ? find_target(arguments[1]) : nullptr;
  if (target == nullptr) {
    std::fprintf(stderr, "usage: wws_fuzz_replay TARGET CORPUS\n");
    return 2;
  }
  return replay(target, arguments[2]);
}
