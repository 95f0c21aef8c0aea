#include "http/client/fake_upstream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "io/notifier.h"

namespace wws::http {
namespace {

void add_extension(X509* certificate, int id, const std::string& value) {
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
  WWS_ASSERT(extension, "a certificate's extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::string temporary_file(X509* certificate) {
  std::string path = "/tmp/wws-test-XXXXXX";
  const int fd = mkstemp(path.data());
  WWS_ASSERT(fd >= 0, "a temporary file");
  FILE* file = fdopen(fd, "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  return path;
}

bool is_whole(const std::string& request) {
  const auto end = request.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  if (request.find("Transfer-Encoding: chunked") < end) return request.ends_with("0\r\n\r\n");
  const auto at = request.find("Content-Length: ");
  const auto length = at < end ? std::strtoul(request.c_str() + at + 16, nullptr, 10) : 0;
  return request.size() >= end + 4 + length;
}

int choose_http2(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                 unsigned offered_size, void*) {
  static constexpr unsigned char kHttp2[] = "\x02h2";
  auto* chosen = const_cast<unsigned char*>(*out);
  const int found = SSL_select_next_proto(&chosen, size, kHttp2, 3, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

FakeIdentity::FakeIdentity(const std::string& name) {
  key = EVP_EC_gen("P-256");
  certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  auto* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("wws test"), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  const bool numeric = name.find_first_not_of("0123456789.") == std::string::npos;
  add_extension(certificate, NID_subject_alt_name, (numeric ? "IP:" : "DNS:") + name);
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  WWS_ASSERT(X509_sign(certificate, key, EVP_sha256()) > 0, "signing a certificate");
  file = temporary_file(certificate);
}
FakeIdentity::~FakeIdentity() {
  ::unlink(file.c_str());
  X509_free(certificate);
  EVP_PKEY_free(key);
}

Peer::~Peer() {
  SSL_free(ssl_);
  ::close(fd_);
}
bool Peer::start_tls(SSL_CTX* context) {
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, fd_);
  return SSL_accept(ssl_) == 1;
}
bool Peer::read_more(std::string& into) {
  char bytes[4096];
  const auto count = ssl_ ? SSL_read(ssl_, bytes, sizeof(bytes))
                          : static_cast<int>(::recv(fd_, bytes, sizeof(bytes), 0));
  if (count <= 0) return false;
  into.append(bytes, static_cast<std::size_t>(count));
  return true;
}
std::string Peer::read_request() {
  std::string request;
  while (!is_whole(request))
    if (!read_more(request)) return {};
  return request;
}
bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count =
        ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
             : static_cast<int>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}
void Peer::wait_closed() {
  std::string ignored;
  while (read_more(ignored)) ignored.clear();
}
void Peer::end_tls() { SSL_shutdown(ssl_); }
void Peer::interrupt() { ::shutdown(fd_, SHUT_RDWR); }

FakeUpstream::FakeUpstream(Script script, const FakeIdentity* identity, Alpn alpn)
    : script_(std::move(script)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with write(2)
  if (identity) {
    tls_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(tls_, identity->certificate);
    SSL_CTX_use_PrivateKey(tls_, identity->key);
    if (alpn == Alpn::Http2) SSL_CTX_set_alpn_select_cb(tls_, choose_http2, nullptr);
  }
  fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  WWS_ASSERT(::bind(fd_, generic, size) == 0 && ::listen(fd_, 64) == 0, "binding a test server");
  ::getsockname(fd_, generic, &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

FakeUpstream::~FakeUpstream() {
  ::shutdown(fd_, SHUT_RDWR);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& peer : peers_)
      if (peer) peer->interrupt();
  }
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  ::close(fd_);
  SSL_CTX_free(tls_);
}

void FakeUpstream::accept_loop() {
  while (true) {
    const int accepted = ::accept(fd_, nullptr, nullptr);
    const std::lock_guard lock(mutex_);
    if (accepted < 0) return;
    const int on = 1;  // each send() is a packet: scripts decide where the stream is cut
    ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    auto& peer = *peers_.emplace_back(std::make_unique<Peer>(accepted));
    if (stopping_) return;
    const auto index = connections_++;
    threads_.emplace_back([this, &peer, index] { serve(peer, index); });
  }
}

void FakeUpstream::serve(Peer& peer, int index) {
  if (!tls_ || peer.start_tls(tls_)) script_(peer, index);
  const std::lock_guard lock(mutex_);
  peers_[static_cast<std::size_t>(index)].reset();  // closes: the end of the script is the end
}

std::vector<std::string> FakeUpstream::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}
std::string FakeUpstream::receive(Peer& peer) {
  auto request = peer.read_request();
  const std::lock_guard lock(mutex_);
  if (!request.empty()) requests_.push_back(request);
  return request;
}

Task<Result<std::string>> SilentAfter::read() {
  if (!begin_.empty()) co_return std::exchange(begin_, {});
  io::Notifier never(co_await boost::asio::this_coro::executor);
  co_await never.wait();
  co_return fail(ErrorKind::Gone, "cancelled");
}

Result<void> allow_all(std::string_view) { return {}; }

Task<Result<Answer>> ask(Client& client, ClientRequest request, AddressFilter filter) {
  WWS_CO_TRY(auto response, co_await client.send(std::move(request), std::move(filter)));
  Answer answer{response->head().status, response->head().headers, {}};
  while (true) {
    WWS_CO_TRY(auto piece, co_await response->read());
    if (piece.empty()) co_return answer;
    answer.body += piece;
  }
}

Task<Result<std::string>> body_of(Client& client, ClientRequest request) {
  WWS_CO_TRY(Answer answer, co_await ask(client, std::move(request), allow_all));
  co_return std::move(answer.body);
}

}  // namespace wws::http
