// Certificates: who this server is to TLS clients, one pair of files for each set of names.
//
// The pair is chosen by the name that the client asks for (SNI, RFC 6066 section 3); the first one
// is for everybody else. When a file changes all are read anew, as a whole: a pair that is not good
// leaves the old ones in use and says so in the log. Connections keep what they began with.
//
// TLS 1.2 and 1.3, ephemeral key exchange and AEAD only, the server's preference, no compression,
// no renegotiation, no early data; sessions are resumed by tickets. Thread-safe: one for all loops.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/tls/session.h"
#include "http/tls/ticket_keys.h"
#include "io/clock.h"
#include "observe/log.h"

namespace wws::http::tls {

// PEM: the server's own certificate and those between it and a root, in this order; and its key.
struct CertificateFiles {
  std::string certificate;
  std::string key;
};

class Certificates final {
 public:
  // Reads all files. Errors name the file and what is wrong with it: unreadable, no PEM, a key that
  // is encrypted or another certificate's, expired or not yet valid.
  [[nodiscard]] static Result<std::unique_ptr<Certificates>> create(
      std::vector<CertificateFiles> files, const io::Clock& clock, observe::Log& log);
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  // The layer of an accepted connection. Looks whether the files have changed, at most once a
  // second.
  [[nodiscard]] Result<std::unique_ptr<Session>> make_session(int descriptor);
  // Reads all files now. The error is create()'s; the old ones stay in use then.
  [[nodiscard]] Result<void> reload();

 private:
  Certificates(std::vector<CertificateFiles> files, const io::Clock& clock, observe::Log& log);

  void look_for_changes();
  [[nodiscard]] std::shared_ptr<const Generation> current() const;
  [[nodiscard]] Result<void> load();

  const std::vector<CertificateFiles> files_;
  const io::Clock& clock_;
  observe::Log& log_;
  TicketKeys tickets_;
  mutable std::mutex mutex_;  // of current_
  std::shared_ptr<const Generation> current_;
  std::mutex loading_;  // of stamps_; who finds it taken goes on with what there is
  std::vector<std::string> stamps_;
  std::atomic<std::int64_t> next_look_{0};
};

}  // namespace wws::http::tls
