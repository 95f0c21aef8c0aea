// EncodedFiles: the compressed forms of a folder's files, each made once and kept in memory.
//
// Entries are found by name and coding and hold for one state of the file (its fingerprint); a file
// that has changed is missing until it is encoded again. The least recently used are dropped when
// together they are over the budget. Thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/result.h"
#include "http/coding.h"

namespace wws::http {

// A state of a file that is to be encoded.
struct EncodeJob {
  std::string path;  // below the folder
  Coding coding = Coding::Identity;
  std::uint64_t fingerprint = 0;
};

class EncodedFiles final {
 public:
  enum class State : unsigned char {
    Missing,
    UnderWay,
    Useless,  // it does not become smaller
    Ready
  };
  struct Found {
    State state = State::Missing;
    std::shared_ptr<const std::string> bytes;  // of Ready
  };

  explicit EncodedFiles(std::uint64_t budget_bytes = 64u << 20) : budget_(budget_bytes) {}
  EncodedFiles(const EncodedFiles&) = delete;
  EncodedFiles& operator=(const EncodedFiles&) = delete;
  ~EncodedFiles() = default;

  [[nodiscard]] Found find(const EncodeJob& job);
  // Takes the job over: true for one caller, who then calls put() in any case.
  [[nodiscard]] bool begin(const EncodeJob& job);
  // What became of it; null: it is useless, or could not be made.
  void put(const EncodeJob& job, std::shared_ptr<const std::string> bytes);

 private:
  struct Entry {
    std::uint64_t fingerprint = 0;
    Found found;
    std::list<const std::pair<const std::string, Entry>*>::iterator used;
  };
  using Entries = std::map<std::string, Entry>;
  using Uses = std::list<const std::pair<const std::string, Entry>*>;

  static std::string key_of(const EncodeJob& job);
  void drop(Entries::iterator entry);

  std::uint64_t budget_;
  std::mutex mutex_;
  Entries entries_;
  Uses uses_;  // most recent first
  std::uint64_t held_ = 0;
};

// Files under this size are not worth it, over that one they would take too long.
inline constexpr std::uint64_t kLeastEncoded = 1024, kMostEncoded = 8u << 20;

// The bytes in a coding, as small as is reasonable: to be called beside the loop. Errors: those of
// the codec.
[[nodiscard]] Result<std::string> encode_whole(std::string_view bytes, Coding coding);

}  // namespace wws::http
