// ModuleCache: compiled modules on disk, one file each, so that a restart compiles nothing.
//
// Compiled code is trusted code: whoever can write to the folder can run anything in this process.
// So the folder must belong to this user, with nobody else able to write to it; every entry carries
// a hash of itself, and a damaged one counts as missing. Thread-safe, and safe between processes.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace wws::wasm {

using Digest = std::array<std::uint8_t, 32>;
// SHA-256 over the parts, each preceded by its length.
[[nodiscard]] Digest digest_of(std::span<const std::string_view> parts);
// What of this machine compiled code depends on.
[[nodiscard]] std::string cpu_features();

// What is kept; an entry that is found counts as used.
struct ModuleCacheLimits {
  std::uint64_t bytes = 1u << 30;  // past it those go first that were not used for longest
  std::chrono::hours unused{24 * 60};
};

class ModuleCache {
 public:
  // Makes the folder with mode 0700 if it is missing. Errors: Denied when others may write to it or
  // own it, Invalid when it is no folder or cannot be made.
  static Result<std::unique_ptr<ModuleCache>> open(std::filesystem::path folder,
                                                   ModuleCacheLimits limits = {});
  ModuleCache(const ModuleCache&) = delete;
  ModuleCache& operator=(const ModuleCache&) = delete;
  ~ModuleCache() = default;

  // Nothing when there is no sound entry.
  [[nodiscard]] std::optional<std::string> find(const Digest& key) const;
  // Written beside and renamed. The first one of a process, and every so many, look for what is
  // over the limits: only who adds something pays. Errors: Exhausted (no space), Denied.
  Result<void> store(const Digest& key, std::string_view compiled) const;

 private:
  ModuleCache(std::filesystem::path folder, ModuleCacheLimits limits)
      : folder_(std::move(folder)), limits_(limits) {}
  [[nodiscard]] std::filesystem::path file_of(const Digest& key) const;

  void tidy(const std::filesystem::path& newest) const;

  std::filesystem::path folder_;
  ModuleCacheLimits limits_;
  mutable std::atomic<unsigned> stored_{0};
};

}  // namespace wws::wasm
