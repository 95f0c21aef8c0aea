// StaticFiles: a folder's files as HTTP responses, https://www.rfc-editor.org/rfc/rfc9110.
//
// Opened once, holds the folder open; may be shared between threads. Each answer owns its open
// file or bytes, so it outlives a file that is replaced meanwhile. Looking a file up is one to six
// system calls on the calling thread, one for a file that was asked for before and has not changed
// (http/files/file_cache.h has the rule); what is read there is 64 KiB at most.
//
// A compressible file is sent in the coding that the client wants most: from a neighbour of its
// name
// (`app.js.br`, `.zst`, `.gz`) where there is one, else from what encode() made of it once. Each
// coding is a representation with an ETag of its own, and ranges are of its bytes.
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
#include "http/files/encoded_files.h"
#include "http/files/file_cache.h"
#include "http/files/open_file.h"
#include "http/message.h"
#include "io/clock.h"

namespace wws::http {

// A stretch of a body: literal text, or, where `text` is empty, of the body's bytes or its file.
struct FilePiece {
  std::string text;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // of the text, too
};

struct FileBody {
  std::shared_ptr<const OpenFile> file;      // null when no piece is of it
  std::shared_ptr<const std::string> bytes;  // instead of a file, when they are in memory
  std::vector<FilePiece> pieces;             // in order; none for HEAD
};

struct FileResponse {
  int status = 200;
  std::vector<Header> headers;          // all but those that are the server's
  std::optional<std::uint64_t> length;  // for Content-Length, for HEAD as for GET; none for 304
  FileBody body;
  // The client wants a coding that nobody has made yet: encode() makes it, then ask again. Or send
  // this response, which is complete.
  std::optional<EncodeJob> wanted;
};

// Whether files are coded for clients that accept it.
enum class FileCoding : bool { Off, On };

// A borrow for the time of the call.
struct FileRequest {
  std::string_view method;
  std::string_view path;            // raw, below the folder's mount: the prefix is gone
  std::span<const Header> headers;  // {begin, end} of a Headers
};

struct Representation;  // static_files.cc

class StaticFiles final {
 public:
  // `clock` outlives the object. Errors: those of OpenFolder::open().
  [[nodiscard]] static Result<std::unique_ptr<StaticFiles>> open(
      const std::filesystem::path& folder, const io::Clock& clock,
      FileCoding coding = FileCoding::On);
  StaticFiles(const StaticFiles&) = delete;
  StaticFiles& operator=(const StaticFiles&) = delete;
  ~StaticFiles() = default;

  // The answer of the file that the path names: the file itself, the index.html of a folder, or
  // else <path>.html. Nothing when there is none: ask a worker, or not_found(). Another method than
  // GET and HEAD is answered with 405. Errors: Exhausted, Internal.
  [[nodiscard]] Result<std::optional<FileResponse>> find(const FileRequest& request) const;
  // The text of one of the site's own rules, "_headers" say. Errors: NotFound; Exhausted, it has
  // more than kMostRules bytes; Internal.
  [[nodiscard]] Result<std::string> read_rules(const std::string& name) const;
  // Makes what find() wanted, once, whoever asks; reads the file and computes for up to a second,
  // so it is called beside the loop. Whatever hinders it, find() then no longer wants it.
  void encode(const EncodeJob& job) const;
  // 404 with the folder's 404.html, or without a body.
  [[nodiscard]] FileResponse not_found(std::string_view method) const;

  static constexpr std::size_t kMostRules = 1u << 20;

 private:
  StaticFiles(std::unique_ptr<OpenFolder> folder, const io::Clock& clock,
              FileCoding coding) noexcept
      : folder_(std::move(folder)), clock_(clock), coding_(coding) {}

  struct Found;
  Result<std::shared_ptr<const OpenFile>> open(const std::string& path) const;
  Result<std::optional<Found>> look_up(std::string_view raw_path) const;
  Result<std::optional<Found>> look_up_file(std::string path) const;
  Representation represent(Found found, std::span<const Header> request) const;
  bool take_encoded(Coding coding, Representation& chosen) const;
  bool take_neighbour(std::span<const Header> request, Representation& chosen) const;

  std::unique_ptr<OpenFolder> folder_;
  const io::Clock& clock_;
  FileCoding coding_;
  mutable EncodedFiles encoded_;
  mutable FileCache held_{FileCache::Bounds{}};
};

// The next bytes of a piece, at most `at_most`, of which `done` were read before; empty at its end.
// Errors: Gone when the file has become shorter, Internal when it cannot be read. Either way the
// response cannot be completed.
[[nodiscard]] Result<std::string> read_piece(const FileBody& body, const FilePiece& piece,
                                             std::uint64_t done, std::size_t at_most);

}  // namespace wws::http
