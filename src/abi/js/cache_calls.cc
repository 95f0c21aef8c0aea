#include "abi/js/cache_calls.h"

#include <fmt/format.h>

#include <algorithm>

#include "abi/js/messages.h"
#include "guest/js/abi.h"

namespace wws::abi::js {
namespace {

using bindings::CachedResponse;

constexpr std::size_t kMaxAnswer = 64u << 20;  // without bodies

void write_headers(ByteWriter& writer, const http::Headers& headers) {
  writer.number(static_cast<std::uint32_t>(headers.size()));
  for (const auto& header : headers) {
    writer.prefixed_text(header.name);
    writer.prefixed_text(header.value);
  }
}

void write_request(ByteWriter& writer, const CachedResponse& cached) {
  writer.prefixed_text(cached.request_url);
  write_headers(writer, cached.request_headers);
}

void write_response(ByteWriter& writer, const CachedResponse& cached) {
  writer.number(cached.flags);
  writer.number(static_cast<std::uint16_t>(cached.status));
  writer.prefixed_text(cached.status_text);
  writer.prefixed_text(cached.url);
  write_headers(writer, cached.headers);
  writer.number(static_cast<std::uint32_t>(cached.body.size()));
}

}  // namespace

struct CacheCalls::Question {
  std::uint32_t what = 0;
  bindings::CachePlace place;
  bindings::CacheQuery query;
};

CacheCalls::CacheCalls(bindings::CacheStore& store, std::string space, observe::Log& log,
                       std::string worker)
    : store_(store), space_(std::move(space)), log_(log), worker_(std::move(worker)) {}

std::int32_t CacheCalls::call(ByteView message) {
  found_.clear();
  answer_.clear();
  ByteReader reader(message);
  Question question;
  question.what = reader.number<std::uint32_t>();
  const auto flags = reader.number<std::uint32_t>();
  const std::string_view name = reader.prefixed_text();
  question.place = {space_, std::nullopt};
  if (!(flags & WWS_CACHE_DEFAULT)) question.place.name = name;
  const std::string_view url = reader.prefixed_text();
  if (!(flags & WWS_CACHE_EVERY)) question.query.url = std::string(url);
  const auto fields = read_headers(reader, question.query.headers);
  question.query.ignore_search = (flags & WWS_CACHE_IGNORE_SEARCH) != 0;
  question.query.ignore_vary = (flags & WWS_CACHE_IGNORE_VARY) != 0;
  if (!fields || !reader.ok() || reader.remaining() != 0)
    return refuse("the request has too many header fields for the caches");
  switch (question.what) {
    case WWS_CACHE_OPEN: return opened(name);
    case WWS_CACHE_HAS: return store_.has(space_, name) ? 1 : 0;
    case WWS_CACHE_DROP: return store_.drop(space_, name) ? 1 : 0;
    case WWS_CACHE_NAMES: return answer_names();
    case WWS_CACHE_DELETE:
      return static_cast<std::int32_t>(store_.remove(question.place, question.query));
    case WWS_CACHE_LIMIT:
      return static_cast<std::int32_t>(
          std::min<std::uint64_t>(store_.limits().entry_bytes, INT32_MAX));
    default: return answer_found(question);
  }
}

std::int32_t CacheCalls::opened(std::string_view name) {
  const auto made = store_.open(space_, name);
  return made ? 0 : refuse(made.error().message());
}

std::int32_t CacheCalls::refuse(std::string_view text) {
  answer_ = text;
  return -1 - static_cast<std::int32_t>(answer_.size());
}

std::int32_t CacheCalls::answer_names() {
  const auto names = store_.names(space_);
  ByteWriter writer(answer_);
  writer.number(static_cast<std::uint32_t>(names.size()));
  for (const std::string& name : names) writer.prefixed_text(name);
  return static_cast<std::int32_t>(answer_.size());
}

std::int32_t CacheCalls::answer_found(const Question& question) {
  const std::size_t most = question.what == WWS_CACHE_MATCH ? 1 : SIZE_MAX;
  found_ = store_.find(question.place, question.query, most);
  ByteWriter writer(answer_);
  writer.number(static_cast<std::uint32_t>(found_.size()));
  for (const auto& cached : found_) {
    write_request(writer, *cached);
    if (question.what != WWS_CACHE_KEYS) write_response(writer, *cached);
    if (answer_.size() > kMaxAnswer) return refuse("too many responses match: ask for fewer");
  }
  return static_cast<std::int32_t>(answer_.size());
}

std::string_view CacheCalls::body(std::uint32_t index) const noexcept {
  return index < found_.size() ? std::string_view(found_[index]->body) : std::string_view();
}

std::int32_t CacheCalls::put(ByteView message, ByteView body) {
  ByteReader reader(message);
  const auto flags = reader.number<std::uint32_t>();
  const std::string_view name = reader.prefixed_text();
  bindings::CachePlace place{space_, std::nullopt};
  if (!(flags & WWS_CACHE_DEFAULT)) place.name = name;
  CachedResponse cached;
  cached.request_url = reader.prefixed_text();
  const auto request_fields = read_headers(reader, cached.request_headers);
  cached.flags = reader.number<std::uint32_t>();
  cached.status = reader.number<std::uint16_t>();
  cached.status_text = reader.prefixed_text();
  cached.url = reader.prefixed_text();
  const auto fields = read_headers(reader, cached.headers);
  const std::string url = cached.request_url;
  if (!request_fields || !fields || !reader.ok() || reader.remaining() != 0)
    return not_kept(url, "it has too many header fields");
  // Not copied for nothing.
  if ((flags & WWS_CACHE_TOO_LARGE) || body.size() > store_.limits().entry_bytes) {
    store_.refuse(place, {url, std::move(cached.request_headers)});
    return not_kept(url, "its body is over the limit of an entry");
  }
  cached.body = as_text(body);
  const auto kept = store_.put(place, std::move(cached));
  return kept ? 1 : not_kept(url, kept.error().message());
}

std::int32_t CacheCalls::not_kept(std::string_view url, std::string_view why) {
  if (log_.enabled(observe::Level::Debug))
    log_.debug(fmt::format("the caches did not keep the response for {}: {}", url, why),
               {{"worker", worker_}});
  return 0;
}

}  // namespace wws::abi::js
