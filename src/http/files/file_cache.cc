#include "http/files/file_cache.h"

#include <algorithm>

namespace wws::http {
namespace {

// Of an entry without its content, about.
constexpr std::uint64_t kEntryBytes = 384;

std::uint64_t cost_of(const std::string& path, const OpenFile& file) noexcept {
  return kEntryBytes + path.size() + (file.bytes() ? file.bytes()->size() : 0);
}

bool is_settled(const FileState& state, std::chrono::nanoseconds now) noexcept {
  return std::max(state.modified, state.changed) + FileCache::kSettled < now;
}

}  // namespace

Result<std::shared_ptr<const OpenFile>> FileCache::open(const OpenFolder& folder,
                                                        const std::string& path,
                                                        std::chrono::nanoseconds now) {
  auto held = find(path, now);
  if (held && folder.state_of(path) == held->state()) return held;
  if (held) forget(path, *held);
  WWS_TRY(std::shared_ptr<OpenFile> file, folder.open_below(path));
  if (file->kind() != OpenFile::Kind::Regular || !is_settled(file->state(), now)) return file;
  // What cannot be read now fails when it is sent, and the reason is told there.
  if (file->size() <= kMostHeld && !file->hold()) return file;
  put(path, file, now);
  return file;
}

std::shared_ptr<const OpenFile> FileCache::find(const std::string& path,
                                                std::chrono::nanoseconds now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return nullptr;
  found->second->used = now;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->file;
}

void FileCache::put(const std::string& path, std::shared_ptr<const OpenFile> file,
                    std::chrono::nanoseconds now) {
  const std::lock_guard lock(mutex_);
  if (const auto old = by_path_.find(path); old != by_path_.end()) drop(old->second);
  held_ += cost_of(path, *file);
  if (!file->bytes()) ++open_files_;
  entries_.push_front({path, std::move(file), now});
  by_path_.emplace(entries_.front().path, entries_.begin());
  while (!entries_.empty() && over_bounds(now)) drop(std::prev(entries_.end()));
}

void FileCache::forget(const std::string& path, const OpenFile& file) {
  const std::lock_guard lock(mutex_);
  const auto found = by_path_.find(path);
  if (found != by_path_.end() && found->second->file.get() == &file) drop(found->second);
}

bool FileCache::over_bounds(std::chrono::nanoseconds now) const {
  return held_ > bounds_.bytes || open_files_ > bounds_.open_files ||
         entries_.back().used + kUnused < now;
}

void FileCache::drop(Entries::iterator entry) {
  held_ -= cost_of(entry->path, *entry->file);
  if (!entry->file->bytes()) --open_files_;
  by_path_.erase(entry->path);
  entries_.erase(entry);
}

}  // namespace wws::http
