#include "observe/log_ring.h"

#include <algorithm>

namespace wws::observe {
namespace {

// Not in the middle of a character (RFC 3629: continuation bytes are 10xxxxxx).
std::string cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

// What a record costs, about.
std::size_t size_of(const KeptRecord& record) noexcept {
  std::size_t size = sizeof record + record.text.size();
  for (const auto& [name, value] : record.fields)
    size += sizeof(std::pair<std::string, std::string>) + name.size() + value.size();
  return size;
}

}  // namespace

std::string_view KeptRecord::field(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return {};
}

void LogRing::write(Level level, std::string_view text, const std::vector<Field>& fields) {
  behind_.write(level, text, fields);
  KeptRecord record{.number = 0,
                    .time = clock_.realtime(),
                    .level = level,
                    .text = cut(text, bounds_.text),
                    .fields = {}};
  for (const auto& field : fields)
    record.fields.emplace_back(field.name, cut(field.value, bounds_.text));
  const std::lock_guard lock(mutex_);
  record.number = ++newest_;
  if (level == Level::Error) keep(errors_, record, bounds_.errors, bounds_.error_bytes);
  keep(all_, std::move(record), bounds_.records, bounds_.bytes);
}

void LogRing::keep(Kept& kept, KeptRecord record, std::size_t most, std::size_t most_bytes) {
  kept.bytes += size_of(record);
  kept.records.push_back(std::move(record));
  while (kept.records.size() > most || (kept.bytes > most_bytes && !kept.records.empty())) {
    kept.bytes -= size_of(kept.records.front());
    kept.records.pop_front();
  }
}

std::vector<KeptRecord> LogRing::pick(const Kept& kept, std::uint64_t after, std::size_t most,
                                      const Filter& filter) {
  std::vector<KeptRecord> found;
  for (auto at = kept.records.rbegin(); at != kept.records.rend() && found.size() < most; ++at) {
    if (at->number <= after) break;
    if (!filter || filter(*at)) found.push_back(*at);
  }
  std::ranges::reverse(found);
  return found;
}

std::vector<KeptRecord> LogRing::records(std::uint64_t after, std::size_t most,
                                         const Filter& filter) const {
  const std::lock_guard lock(mutex_);
  return pick(all_, after, most, filter);
}

std::vector<KeptRecord> LogRing::errors(std::size_t most, const Filter& filter) const {
  const std::lock_guard lock(mutex_);
  return pick(errors_, 0, most, filter);
}

std::uint64_t LogRing::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

}  // namespace wws::observe
