#include "http/tls/ticket_keys.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <cstring>

namespace wws::http::tls {
namespace {

template <std::size_t Size>
bool fill(std::array<unsigned char, Size>& bytes) {
  return RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
}

std::optional<TicketKey> make_key() {
  TicketKey key;
  if (!fill(key.name) || !fill(key.cipher) || !fill(key.mac)) return std::nullopt;
  return key;
}

bool has_name(const std::optional<TicketKey>& key, const unsigned char* name) {
  return key && std::memcmp(key->name.data(), name, key->name.size()) == 0;
}

void forget(std::optional<TicketKey>& key) {
  if (key) OPENSSL_cleanse(&*key, sizeof *key);
  key.reset();
}

}  // namespace

// Whether there is a key. One that nobody asked for during two turns is gone with its tickets.
bool TicketKeys::turn() {
  const auto now = clock_.monotonic();
  if (now_ && now - made_ < kTicketKeyTurn) return true;
  forget(before_);
  if (now_ && now - made_ < 2 * kTicketKeyTurn) before_ = now_;
  forget(now_);
  now_ = make_key();
  made_ = now;
  return now_.has_value();
}

std::optional<TicketKey> TicketKeys::current() {
  const std::lock_guard lock(mutex_);
  return turn() ? now_ : std::nullopt;
}

std::optional<TicketKeys::Found> TicketKeys::find(const unsigned char* name) {
  const std::lock_guard lock(mutex_);
  turn();
  if (has_name(now_, name)) return Found{*now_, false};
  if (has_name(before_, name)) return Found{*before_, true};
  return std::nullopt;
}

}  // namespace wws::http::tls
