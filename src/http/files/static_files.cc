#include "http/files/static_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/assert.h"
#include "http/files/conditions.h"
#include "http/files/content_name.h"
#include "http/files/file_path.h"
#include "http/files/http_date.h"
#include "http/files/media_type.h"
#include "http/files/range.h"

namespace wws::http {
namespace {

using std::chrono::sys_seconds;

sys_seconds to_seconds(std::chrono::nanoseconds since_epoch) {
  return sys_seconds(std::chrono::floor<std::chrono::seconds>(since_epoch));
}

// The finalizer of https://prng.di.unimi.it/splitmix64.c
std::uint64_t mix(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

// Names a state of the file without telling its inode, size or time.
std::uint64_t fingerprint(const OpenFile& file) noexcept {
  const auto modified = static_cast<std::uint64_t>(file.modified().count());
  return mix(mix(file.size() + 0x9e3779b97f4a7c15u) ^ modified);
}

std::string to_etag(std::uint64_t fingerprint) {
  std::string tag(18, '"');
  for (std::size_t digit = 16; digit > 0; --digit, fingerprint >>= 4)
    tag[digit] = "0123456789abcdef"[fingerprint & 15];
  return tag;
}

FilePiece text_piece(std::string text) {
  const std::uint64_t length = text.size();
  return {std::move(text), 0, length};
}

FileResponse method_not_allowed() {
  FileResponse response;
  std::string text = "Request did not meet this resource's requirements.";
  response.status = 405;
  response.headers = {{"Allow", "GET, HEAD"}, {"Content-Type", "text/plain; charset=utf-8"}};
  response.length = text.size();
  response.body.pieces.push_back(text_piece(std::move(text)));
  return response;
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return fmt::format("bytes {}-{}/{}", range.offset, range.offset + range.length - 1, size);
}

void add_whole(FileResponse& response, std::string_view type, std::uint64_t size) {
  response.headers.push_back({"Content-Type", std::string(type)});
  if (size > 0) response.body.pieces.push_back({"", 0, size});
}

void add_one_range(FileResponse& response, std::string_view type, const ByteRange& range,
                   std::uint64_t size) {
  response.status = 206;
  response.headers.push_back({"Content-Type", std::string(type)});
  response.headers.push_back({"Content-Range", content_range(range, size)});
  response.body.pieces.push_back({"", range.offset, range.length});
}

// https://www.rfc-editor.org/rfc/rfc9110#section-14.6
void add_multipart(FileResponse& response, std::string_view type,
                   const std::vector<ByteRange>& ranges, std::uint64_t size, std::uint64_t print) {
  // Whoever writes the file's content cannot know its later time, nor so the boundary.
  const std::string boundary = fmt::format("wws-{:016x}{:016x}", mix(print + 1), mix(print + 2));
  response.status = 206;
  response.headers.push_back({"Content-Type", "multipart/byteranges; boundary=" + boundary});
  std::string_view line_end = "";
  for (const ByteRange& range : ranges) {
    response.body.pieces.push_back(
        text_piece(fmt::format("{}--{}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n", line_end,
                               boundary, type, content_range(range, size))));
    response.body.pieces.push_back({"", range.offset, range.length});
    line_end = "\r\n";
  }
  response.body.pieces.push_back(text_piece(fmt::format("\r\n--{}--\r\n", boundary)));
}

// Content-Length from the pieces, which HEAD does not send.
void finish(FileResponse& response, std::string_view method) {
  std::uint64_t length = 0;
  for (const FilePiece& piece : response.body.pieces) length += piece.length;
  response.length = length;
  if (method == "HEAD") response.body.pieces.clear();
  const bool reads = std::ranges::any_of(response.body.pieces,
                                         [](const FilePiece& piece) { return piece.text.empty(); });
  if (reads) return;
  response.body.file.reset();
  response.body.bytes.reset();
}

}  // namespace

struct StaticFiles::Found {
  std::shared_ptr<const OpenFile> file;
  std::string path;  // below the folder
  std::string_view type;
};

// The bytes that are sent for a file: its own, or those of a coding of it.
struct Representation {
  std::shared_ptr<const OpenFile> file;
  std::shared_ptr<const std::string> bytes;  // instead of the file
  std::string path;                          // of the file itself
  std::string_view type;
  Coding coding = Coding::Identity;
  bool varies = false;  // with Accept-Encoding
  std::uint64_t size = 0;
  std::uint64_t fingerprint = 0;
  std::chrono::nanoseconds modified{};
  std::optional<EncodeJob> wanted;
};

namespace {

constexpr Coding kOffered[] = {Coding::Brotli, Coding::Zstd, Coding::Gzip};

std::string_view extension_of(Coding coding) noexcept {
  return coding == Coding::Brotli ? ".br" : coding == Coding::Zstd ? ".zst" : ".gz";
}

// Errors: Exhausted when it has more than `most` bytes; those of read_piece().
Result<std::string> read_whole(std::shared_ptr<const OpenFile> file, std::size_t most) {
  const FilePiece all{"", 0, file->size()};
  const FileBody body{std::move(file), nullptr, {}};
  if (all.length > most)
    return fail(ErrorKind::Exhausted, fmt::format("it has more than {} bytes", most));
  std::string text;
  while (text.size() < all.length) {
    WWS_TRY(const auto piece, read_piece(body, all, text.size(), most));
    text += piece;
  }
  return text;
}

FileResponse begin_response(const Representation& chosen, const Validators& validators,
                            sys_seconds now) {
  FileResponse response;
  // A time ahead of ours must not be told: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.1
  response.headers.reserve(8);
  response.headers.push_back({"ETag", validators.etag});
  response.headers.push_back(
      {"Last-Modified", format_http_date(std::min(validators.modified, now))});
  response.headers.push_back({"Accept-Ranges", "bytes"});
  if (chosen.varies) response.headers.push_back({"Vary", "Accept-Encoding"});
  if (is_named_by_content(chosen.path))
    response.headers.push_back({"Cache-Control", "public, max-age=31536000, immutable"});
  return response;
}

// `bytes` instead of the file's, where there are some.
void set_body(FileBody& body, std::shared_ptr<const OpenFile> file,
              std::shared_ptr<const std::string> bytes) {
  body.bytes = bytes || !file ? std::move(bytes) : file->bytes();
  if (!body.bytes) body.file = std::move(file);
}

void add_content(FileResponse& response, Representation chosen, const FileRequest& request,
                 const Validators& validators, sys_seconds now) {
  if (chosen.coding != Coding::Identity)
    response.headers.push_back({"Content-Encoding", std::string(name_of(chosen.coding))});
  set_body(response.body, std::move(chosen.file), std::move(chosen.bytes));
  RangeAnswer answer;
  const auto field = joined_field(request.headers, "Range");
  // No range of an empty file can be written as Content-Range.
  const bool counts = field && request.method == "GET" && chosen.size > 0 &&
                      if_range_holds(request.headers, validators, now);
  if (counts) answer = parse_range(*field, chosen.size);
  if (answer.kind == RangeAnswer::Kind::Unsatisfiable) {
    response.status = 416;
    response.headers.push_back({"Content-Range", fmt::format("bytes */{}", chosen.size)});
  } else if (answer.kind == RangeAnswer::Kind::Whole) {
    add_whole(response, chosen.type, chosen.size);
  } else if (answer.parts.size() == 1) {
    add_one_range(response, chosen.type, answer.parts.front(), chosen.size);
  } else {
    add_multipart(response, chosen.type, answer.parts, chosen.size, chosen.fingerprint);
  }
}

}  // namespace

Result<std::unique_ptr<StaticFiles>> StaticFiles::open(const std::filesystem::path& folder,
                                                       const io::Clock& clock, FileCoding coding) {
  WWS_TRY(auto opened, OpenFolder::open(folder));
  return std::unique_ptr<StaticFiles>(new StaticFiles(std::move(opened), clock, coding));
}

Result<std::shared_ptr<const OpenFile>> StaticFiles::open(const std::string& path) const {
  return held_.open(*folder_, path, clock_.realtime());
}

// The path itself, or what is in it when it is a folder; nothing when neither is a regular file.
Result<std::optional<StaticFiles::Found>> StaticFiles::look_up_file(std::string path) const {
  auto file = open(path.empty() ? "." : path);
  if (file && (*file)->kind() == OpenFile::Kind::Folder) {
    path += path.empty() ? "index.html" : "/index.html";
    file = open(path);
  }
  if (!file && file.error().kind() == ErrorKind::NotFound) return std::nullopt;
  if (!file) return fail(std::move(file).error());
  if ((*file)->kind() != OpenFile::Kind::Regular) return std::nullopt;
  const auto type = media_type_of(path);
  return Found{*std::move(file), std::move(path), type};
}

Result<std::optional<StaticFiles::Found>> StaticFiles::look_up(std::string_view raw_path) const {
  auto path = to_file_path(raw_path);
  if (!path) return std::nullopt;
  WWS_TRY(auto found, look_up_file(*path));
  if (found || path->empty()) return found;
  WWS_TRY(auto page, look_up_file(*path + ".html"));
  return page;
}

// The neighbour that the client wants most, if it wants one that exists.
bool StaticFiles::take_neighbour(std::span<const Header> request, Representation& chosen) const {
  std::vector<Coding> offered(std::begin(kOffered), std::end(kOffered));
  for (;;) {
    const Coding coding = choose_coding(request, offered);
    if (coding == Coding::Identity) return false;
    auto neighbour = open(chosen.path + std::string(extension_of(coding)));
    if (neighbour && (*neighbour)->kind() == OpenFile::Kind::Regular) {
      chosen.file = *std::move(neighbour);
      chosen.coding = coding;
      chosen.size = chosen.file->size();
      chosen.fingerprint = mix(fingerprint(*chosen.file) + static_cast<std::uint64_t>(coding));
      return true;
    }
    std::erase(offered, coding);
  }
}

// What encode() made; where it is missing and would be of use, it is wanted.
bool StaticFiles::take_encoded(Coding coding, Representation& chosen) const {
  EncodeJob job{chosen.path, coding, chosen.fingerprint};
  auto encoded = encoded_.find(job);
  if (encoded.state == EncodedFiles::State::Ready) {
    chosen.file = nullptr;
    chosen.bytes = std::move(encoded.bytes);
    chosen.coding = coding;
    chosen.size = chosen.bytes->size();
    chosen.fingerprint = mix(chosen.fingerprint + static_cast<std::uint64_t>(coding));
    return true;
  }
  const bool worth_it = chosen.size >= kLeastEncoded && chosen.size <= kMostEncoded;
  if (encoded.state == EncodedFiles::State::Missing && worth_it) chosen.wanted = std::move(job);
  return false;
}

Representation StaticFiles::represent(Found found, std::span<const Header> request) const {
  Representation chosen;
  chosen.size = found.file->size();
  chosen.fingerprint = fingerprint(*found.file);
  chosen.modified = found.file->modified();
  chosen.file = std::move(found.file);
  chosen.path = std::move(found.path);
  chosen.type = found.type;
  chosen.varies = coding_ == FileCoding::On && is_compressible(found.type);
  if (!chosen.varies) return chosen;
  const Coding coding = choose_coding(request, kOffered);
  // What is in memory comes first: looking for neighbours asks the file system.
  if (coding == Coding::Identity || take_encoded(coding, chosen)) return chosen;
  if (take_neighbour(request, chosen)) chosen.wanted.reset();
  return chosen;
}

void StaticFiles::encode(const EncodeJob& job) const {
  if (!encoded_.begin(job)) return;
  std::shared_ptr<const std::string> made;
  auto file = folder_->open_below(job.path);
  if (file && fingerprint(**file) == job.fingerprint) {
    const auto plain = read_whole(*std::move(file), kMostEncoded);
    auto encoded = plain ? encode_whole(*plain, job.coding) : fail(plain.error());
    if (encoded && encoded->size() < plain->size())
      made = std::make_shared<const std::string>(*std::move(encoded));
  }
  encoded_.put(job, std::move(made));
}

Result<std::string> StaticFiles::read_rules(const std::string& name) const {
  WWS_TRY(auto file, folder_->open_below(name));
  if (file->kind() != OpenFile::Kind::Regular)
    return fail(ErrorKind::Invalid, "it is no regular file");
  return read_whole(std::move(file), kMostRules);
}

Result<std::optional<FileResponse>> StaticFiles::find(const FileRequest& request) const {
  WWS_TRY(auto found, look_up(request.path));
  if (!found) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return method_not_allowed();
  const sys_seconds now = to_seconds(clock_.realtime());
  auto chosen = represent(*std::move(found), request.headers);
  const Validators validators{to_etag(chosen.fingerprint), to_seconds(chosen.modified)};
  auto response = begin_response(chosen, validators, now);
  response.wanted = std::move(chosen.wanted);
  switch (evaluate_conditions(request.headers, validators, now)) {
    case Verdict::NotModified: response.status = 304; return response;
    case Verdict::PreconditionFailed:
      response.status = 412;
      response.length = 0;
      return response;
    case Verdict::Proceed: break;
  }
  add_content(response, std::move(chosen), request, validators, now);
  finish(response, request.method);
  return response;
}

FileResponse StaticFiles::not_found(std::string_view method) const {
  FileResponse response;
  response.status = 404;
  // Whatever hinders the page, the answer stays 404.
  if (auto page = look_up_file("404.html"); page && *page) {
    add_whole(response, (*page)->type, (*page)->file->size());
    set_body(response.body, std::move((*page)->file), nullptr);
  }
  finish(response, method);
  return response;
}

Result<std::string> read_piece(const FileBody& body, const FilePiece& piece, std::uint64_t done,
                               std::size_t at_most) {
  WWS_ASSERT(at_most > 0, "read_piece: asked for nothing");
  if (done >= piece.length) return std::string();
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(piece.length - done, at_most));
  if (!piece.text.empty()) return piece.text.substr(static_cast<std::size_t>(done), count);
  if (body.bytes) return body.bytes->substr(static_cast<std::size_t>(piece.offset + done), count);
  std::string bytes(count, '\0');
  ssize_t got = -1;
  do {
    got = ::pread(body.file->descriptor(), bytes.data(), count,
                  static_cast<off_t>(piece.offset + done));
  } while (got < 0 && errno == EINTR);
  if (got < 0)
    return fail(ErrorKind::Internal,
                "the file cannot be read: " + std::generic_category().message(errno));
  if (got == 0) return fail(ErrorKind::Gone, "the file became shorter while it was being sent");
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

}  // namespace wws::http
