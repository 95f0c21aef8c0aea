#include "http/tls/certificates.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <chrono>
#include <ctime>

#include "base/read_file.h"
#include "http/tls/context.h"
#include "http/tls/openssl.h"

namespace wws::http::tls {
namespace {

constexpr std::chrono::nanoseconds kLookEvery = std::chrono::seconds(1);
constexpr std::uint64_t kMostPem = 1024 * 1024;

// Another text when the file is another one or was written to. What a symbolic link points to
// counts.
std::string stamp_of(const std::string& file) {
  struct stat status{};
  if (stat(file.c_str(), &status) != 0) return "missing";
  return fmt::format("{}:{}:{}:{}.{}", status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

std::vector<std::string> stamps_of(const std::vector<CertificateFiles>& files) {
  std::vector<std::string> stamps;
  for (const auto& pair : files) {
    stamps.push_back(stamp_of(pair.certificate));
    stamps.push_back(stamp_of(pair.key));
  }
  return stamps;
}

Result<Bio> open_pem(const std::string& file) {
  WWS_TRY(const std::string text, read_file(file, kMostPem));
  Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || BIO_write(bio.get(), text.data(), static_cast<int>(text.size())) !=
                  static_cast<int>(text.size()))
    return fail(ErrorKind::Exhausted, "out of memory");
  return bio;
}

int no_passphrase(char*, int, int, void*) { return -1; }

Result<PrivateKey> read_key(const std::string& file) {
  WWS_TRY(const Bio bio, open_pem(file));
  PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (key) return key;
  const bool encrypted = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_BAD_PASSWORD_READ;
  ERR_clear_error();
  if (encrypted)
    return fail(ErrorKind::Unsupported,
                fmt::format("{}: the key is encrypted; take the passphrase off with `openssl pkey "
                            "-in {} -out NEW`",
                            file, file));
  return fail(ErrorKind::Invalid, fmt::format("{}: there is no private key in PEM in it", file));
}

std::string text_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unreadable time";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min);
}

Result<void> check_dates(X509* certificate, const std::string& file, std::time_t now) {
  const ASN1_TIME* after = X509_get0_notAfter(certificate);
  const ASN1_TIME* before = X509_get0_notBefore(certificate);
  if (X509_cmp_time(after, &now) <= 0)
    return fail(ErrorKind::Invalid,
                fmt::format("{}: the certificate expired at {}; renew it", file, text_of(after)));
  if (X509_cmp_time(before, &now) > 0)
    return fail(ErrorKind::Invalid,
                fmt::format("{}: the certificate is valid only from {}; is the clock right?", file,
                            text_of(before)));
  return {};
}

std::unexpected<Error> refused(const std::string& file) {
  return fail(ErrorKind::Invalid,
              fmt::format("{}: {}", file, take_reason("OpenSSL does not take it")));
}

// The certificate and those that lead from it to a root.
Result<X509*> use_chain(SSL_CTX* context, const std::string& file) {
  WWS_TRY(const Bio bio, open_pem(file));
  const Certificate own(PEM_read_bio_X509_AUX(bio.get(), nullptr, no_passphrase, nullptr));
  if (!own)
    return fail(ErrorKind::Invalid, fmt::format("{}: there is no certificate in PEM in it", file));
  ERR_clear_error();
  if (SSL_CTX_use_certificate(context, own.get()) != 1) return refused(file);
  while (Certificate next{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)}) {
    if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) return refused(file);
    next.release();
  }
  const auto end = ERR_peek_last_error();
  if (ERR_GET_REASON(end) != PEM_R_NO_START_LINE) return refused(file);
  ERR_clear_error();
  return SSL_CTX_get0_certificate(context);
}

}  // namespace

Certificates::Certificates(std::vector<CertificateFiles> files, const io::Clock& clock,
                           observe::Log& log)
    : files_(std::move(files)), clock_(clock), log_(log), tickets_(clock) {}

Certificates::~Certificates() = default;

Result<std::unique_ptr<Certificates>> Certificates::create(std::vector<CertificateFiles> files,
                                                           const io::Clock& clock,
                                                           observe::Log& log) {
  if (files.empty()) return fail(ErrorKind::Invalid, "TLS needs a certificate and its key");
  std::unique_ptr<Certificates> certificates(new Certificates(std::move(files), clock, log));
  WWS_CHECK(certificates->load());
  return certificates;
}

Result<void> Certificates::reload() {
  const std::lock_guard lock(loading_);
  return load();
}

Result<void> Certificates::load() {
  // Before they are read: a change while that goes on is seen at the next look.
  stamps_ = stamps_of(files_);
  next_look_ = (clock_.monotonic() + kLookEvery).count();
  const auto now =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(clock_.realtime()).count());
  auto generation = std::make_shared<Generation>();
  for (const auto& pair : files_) {
    WWS_TRY(Context context, make_context(tickets_));
    WWS_TRY(X509* const certificate, use_chain(context.get(), pair.certificate));
    WWS_CHECK(check_dates(certificate, pair.certificate, now));
    WWS_TRY(const PrivateKey key, read_key(pair.key));
    if (X509_check_private_key(certificate, key.get()) != 1) {
      ERR_clear_error();
      return fail(ErrorKind::Invalid,
                  fmt::format("{}: the key does not belong to the certificate {}", pair.key,
                              pair.certificate));
    }
    if (SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) return refused(pair.key);
    generation->contexts.push_back(std::move(context));
  }
  choose_by_name(*generation);
  const std::lock_guard lock(mutex_);
  current_ = std::move(generation);
  return {};
}

void Certificates::look_for_changes() {
  if (clock_.monotonic().count() < next_look_.load(std::memory_order_relaxed)) return;
  const std::unique_lock lock(loading_, std::try_to_lock);
  if (!lock) return;
  next_look_ = (clock_.monotonic() + kLookEvery).count();
  if (stamps_of(files_) == stamps_) return;
  if (const auto loaded = load(); !loaded)
    log_.warn("changed certificates are not used; the old ones stay",
              {{"why", loaded.error().to_string()}});
  else
    log_.info("changed certificates are in use");
}

std::shared_ptr<const Generation> Certificates::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<std::unique_ptr<Session>> Certificates::make_session(int descriptor) {
  look_for_changes();
  auto generation = current();
  SSL* const handle = SSL_new(generation->contexts.front().get());
  if (handle == nullptr)
    return fail(ErrorKind::Exhausted, take_reason("no memory for a TLS session"));
  auto session = std::make_unique<Session>(handle, std::move(generation));
  if (SSL_set_fd(handle, descriptor) != 1)
    return fail(ErrorKind::Exhausted, take_reason("no memory for a TLS session"));
  return session;
}

}  // namespace wws::http::tls
