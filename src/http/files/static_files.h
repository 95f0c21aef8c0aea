// StaticFiles: a folder's files as HTTP responses, https://www.rfc-editor.org/rfc/rfc9110.
//
// Opened once, holds the folder open; immutable, so it may be shared between threads. Each answer
// owns its open file, so it outlives a file that is replaced meanwhile. Looking a file up is one to
// three system calls on the calling thread; nothing is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/files/open_file.h"
#include "http/message.h"
#include "io/clock.h"

namespace wws::http {

// A stretch of a body: literal text, or, where `text` is empty, bytes of the file.
struct FilePiece {
  std::string text;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // of the text, too
};

struct FileBody {
  std::unique_ptr<OpenFile> file;  // null when all pieces are text
  std::vector<FilePiece> pieces;   // in order; none for HEAD
};

struct FileResponse {
  int status = 200;
  std::vector<Header> headers;          // all but those that are the server's
  std::optional<std::uint64_t> length;  // for Content-Length, for HEAD as for GET; none for 304
  FileBody body;
};

// A borrow for the time of the call.
struct FileRequest {
  std::string_view method;
  std::string_view path;            // raw, below the folder's mount: the prefix is gone
  std::span<const Header> headers;  // {begin, end} of a Headers
};

class StaticFiles final {
 public:
  // `clock` outlives the object. Errors: those of OpenFolder::open().
  [[nodiscard]] static Result<std::unique_ptr<StaticFiles>> open(
      const std::filesystem::path& folder, const io::Clock& clock);
  StaticFiles(const StaticFiles&) = delete;
  StaticFiles& operator=(const StaticFiles&) = delete;
  ~StaticFiles() = default;

  // The answer of the file that the path names: the file itself, the index.html of a folder, or
  // else <path>.html. Nothing when there is none: ask a worker, or not_found(). Another method than
  // GET and HEAD is answered with 405. Errors: Exhausted, Internal.
  [[nodiscard]] Result<std::optional<FileResponse>> find(const FileRequest& request) const;
  // 404 with the folder's 404.html, or without a body.
  [[nodiscard]] FileResponse not_found(std::string_view method) const;

 private:
  StaticFiles(std::unique_ptr<OpenFolder> folder, const io::Clock& clock) noexcept
      : folder_(std::move(folder)), clock_(clock) {}

  struct Found;
  Result<std::optional<Found>> look_up(std::string_view raw_path) const;
  Result<std::optional<Found>> look_up_file(std::string path) const;

  std::unique_ptr<OpenFolder> folder_;
  const io::Clock& clock_;
};

// The next bytes of a piece, at most `at_most`, of which `done` were read before; empty at its end.
// Errors: Gone when the file has become shorter, Internal when it cannot be read. Either way the
// response cannot be completed.
[[nodiscard]] Result<std::string> read_piece(const FileBody& body, const FilePiece& piece,
                                             std::uint64_t done, std::size_t at_most);

}  // namespace wws::http
