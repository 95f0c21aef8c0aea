#include "http/files/encoded_files.h"

#include "codec/compress.h"

namespace wws::http {

std::string EncodedFiles::key_of(const EncodeJob& job) {
  std::string key(name_of(job.coding));
  key += ' ';
  return key += job.path;
}

void EncodedFiles::drop(Entries::iterator entry) {
  if (entry->second.found.bytes) held_ -= entry->second.found.bytes->size();
  held_ -= entry->first.size() + sizeof(Entry);
  uses_.erase(entry->second.used);
  entries_.erase(entry);
}

EncodedFiles::Found EncodedFiles::find(const EncodeJob& job) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(key_of(job));
  if (entry == entries_.end() || entry->second.fingerprint != job.fingerprint) return {};
  uses_.splice(uses_.begin(), uses_, entry->second.used);
  return entry->second.found;
}

bool EncodedFiles::begin(const EncodeJob& job) {
  const std::lock_guard lock(mutex_);
  const auto key = key_of(job);
  const auto old = entries_.find(key);
  if (old != entries_.end()) {
    const bool same = old->second.fingerprint == job.fingerprint;
    if (same || old->second.found.state == State::UnderWay) return false;
    drop(old);
  }
  const auto entry = entries_.try_emplace(key).first;
  uses_.push_front(&*entry);
  entry->second = {job.fingerprint, {State::UnderWay, nullptr}, uses_.begin()};
  held_ += key.size() + sizeof(Entry);
  return true;
}

void EncodedFiles::put(const EncodeJob& job, std::shared_ptr<const std::string> bytes) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(key_of(job));
  if (entry == entries_.end()) return;
  if (bytes) held_ += bytes->size();
  const State state = bytes ? State::Ready : State::Useless;
  entry->second.found = {state, std::move(bytes)};
  for (auto oldest = uses_.end(); held_ > budget_ && oldest != uses_.begin();) {
    --oldest;
    const auto old = entries_.find((*oldest)->first);
    if (old->second.found.state == State::UnderWay) continue;
    // The iterator goes with its entry; what is left of the list begins anew at its end.
    drop(old);
    oldest = uses_.end();
  }
}

Result<std::string> encode_whole(std::string_view bytes, Coding coding) {
  using codec::Codec;
  namespace compress = codec::compress;
  compress::Format format = compress::Format::Gzip;
  if (coding == Coding::Brotli) format = compress::Format::Brotli;
  if (coding == Coding::Zstd) format = compress::Format::Zstd;
  WWS_TRY(auto encoder,
          compress::make(format, compress::Direction::Compress, compress::Effort::Small));
  std::string out, room(64 * 1024, '\0');
  for (bool finished = false; !finished;) {
    WWS_TRY(
        const auto step,
        encoder->step(as_bytes(bytes), {reinterpret_cast<std::uint8_t*>(room.data()), room.size()},
                      Codec::Input::Last));
    bytes.remove_prefix(step.consumed);
    out.append(room, 0, step.written);
    finished = step.finished;
  }
  return out;
}

}  // namespace wws::http
