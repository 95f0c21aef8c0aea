// TicketKeys: what session tickets are sealed with (RFC 5077 section 5.5, RFC 8446 section 4.6.1).
//
// One set for all loops and all certificates, so that a client resumes wherever it lands. A key
// seals tickets for half a day and opens them for another half: who has it can read what it sealed,
// so none lives longer, and none is written down. Thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>

#include "io/clock.h"

namespace wws::http::tls {

inline constexpr std::chrono::hours kTicketKeyTurn{12};

struct TicketKey {
  std::array<unsigned char, 16> name;
  std::array<unsigned char, 32> cipher;
  std::array<unsigned char, 32> mac;
};

class TicketKeys final {
 public:
  explicit TicketKeys(const io::Clock& clock) : clock_(clock) {}
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;
  ~TicketKeys() = default;

  // The key for new tickets; nothing if there is no randomness to make one.
  [[nodiscard]] std::optional<TicketKey> current();
  struct Found {
    TicketKey key;
    bool aging;  // a fresh ticket is due
  };
  [[nodiscard]] std::optional<Found> find(const unsigned char* name);

 private:
  bool turn();

  const io::Clock& clock_;
  std::mutex mutex_;
  std::optional<TicketKey> now_;
  std::optional<TicketKey> before_;
  std::chrono::nanoseconds made_{};
};

}  // namespace wws::http::tls
