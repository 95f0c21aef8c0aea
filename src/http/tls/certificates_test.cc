#include "http/tls/certificates.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/tls/test_certificate.h"

namespace wws::http::tls {
namespace {

using namespace std::chrono_literals;

struct Fixture {
  TestFolder folder;
  io::ManualClock clock{std::chrono::system_clock::now().time_since_epoch()};
  observe::MemoryLog log;

  Result<std::unique_ptr<Certificates>> create(std::vector<CertificateFiles> files) {
    return Certificates::create(std::move(files), clock, log);
  }
  std::string why_not(std::vector<CertificateFiles> files) {
    const auto created = create(std::move(files));
    return created ? "there is nothing wrong" : created.error().to_string();
  }
};

using Ssl = std::unique_ptr<SSL, Release<SSL_free>>;

// What a client asks for, and what came of it.
struct Client {
  const char* name = nullptr;
  std::string protocols;  // each with its length before it
  int most = TLS1_3_VERSION;
  const char* ciphers = nullptr;  // of TLS 1.2
  SSL_SESSION* resume = nullptr;

  bool connected = false;
  std::string subject;
  std::string chosen;
  bool resumed = false;
  std::unique_ptr<SSL_SESSION, Release<SSL_SESSION_free>> session;
};

std::string subject_of(SSL* handle) {
  const Certificate certificate(SSL_get1_peer_certificate(handle));
  if (!certificate) return {};
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                            sizeof name);
  return name;
}

void configure(SSL_CTX* context, SSL* handle, const Client& client, int descriptor) {
  SSL_CTX_set_min_proto_version(context, 0);
  SSL_set_security_level(handle, 0);
  SSL_set_min_proto_version(handle, TLS1_VERSION);
  SSL_set_max_proto_version(handle, client.most);
  if (client.ciphers != nullptr) SSL_set_cipher_list(handle, client.ciphers);
  if (client.name != nullptr)
    SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(client.name));
  if (client.resume != nullptr) SSL_set_session(handle, client.resume);
  SSL_set_alpn_protos(handle, reinterpret_cast<const unsigned char*>(client.protocols.data()),
                      static_cast<unsigned>(client.protocols.size()));
  SSL_set_fd(handle, descriptor);
}

// Both sides take turns on a pair of sockets until neither gets on.
void shake_hands(Certificates& certificates, Client& client, Protocol* protocol = nullptr) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
  const Context context(SSL_CTX_new(TLS_client_method()));
  const Ssl handle(SSL_new(context.get()));
  configure(context.get(), handle.get(), client, pair[0]);
  auto session = certificates.make_session(pair[1]);
  ASSERT_TRUE(session);
  bool server_done = false;
  bool client_done = false;
  for (int turn = 0; turn < 20 && !(server_done && client_done); ++turn) {
    if (!client_done) client_done = SSL_connect(handle.get()) == 1;
    if (!server_done) server_done = (*session)->handshake().outcome == Outcome::Done;
  }
  client.connected = server_done && client_done;
  if (client.connected) {
    // Tickets of TLS 1.3 come with the first bytes.
    EXPECT_EQ((*session)->write("x").outcome, Outcome::Done);
    char byte = 0;
    EXPECT_EQ(SSL_read(handle.get(), &byte, 1), 1);
    client.subject = subject_of(handle.get());
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(handle.get(), &chosen, &size);
    client.chosen.assign(reinterpret_cast<const char*>(chosen), size);
    client.resumed = SSL_session_reused(handle.get()) == 1;
    client.session.reset(SSL_get1_session(handle.get()));
    if (protocol != nullptr) *protocol = (*session)->protocol();
    (*session)->close();
    EXPECT_EQ(SSL_read(handle.get(), &byte, 1), 0);
    EXPECT_EQ(SSL_get_shutdown(handle.get()), SSL_RECEIVED_SHUTDOWN);
    SSL_shutdown(handle.get());
    std::array<char, 8> bytes{};
    EXPECT_EQ((*session)->read(bytes).outcome, Outcome::Closed);
  }
  session->reset();
  ::close(pair[0]);
  ::close(pair[1]);
}

TEST(Certificates, AreChosenByTheNameThatIsAskedFor) {
  Fixture fixture;
  const auto certificates =
      fixture.create({fixture.folder.make("a", "a.test"), fixture.folder.make("b", "*.b.test")});
  ASSERT_TRUE(certificates) << certificates.error().to_string();
  for (const auto& [asked, expected] :
       {std::pair{"a.test", "a.test"}, {"x.b.test", "*.b.test"}, {"other.test", "a.test"}}) {
    Client client{.name = asked};
    shake_hands(**certificates, client);
    EXPECT_TRUE(client.connected);
    EXPECT_EQ(client.subject, expected) << asked;
  }
  Client nameless;
  shake_hands(**certificates, nameless);
  EXPECT_EQ(nameless.subject, "a.test");
}

TEST(Certificates, Http2IsPreferredAndNeitherIsAnEnd) {
  Fixture fixture;
  const auto certificates = fixture.create({fixture.folder.make("a", "a.test")});
  ASSERT_TRUE(certificates);
  Protocol protocol = Protocol::None;
  Client both{.protocols = "\x08http/1.1\x02h2"};
  shake_hands(**certificates, both, &protocol);
  EXPECT_EQ(both.chosen, "h2");
  EXPECT_EQ(protocol, Protocol::Http2);
  Client old{.protocols = "\x08http/1.1"};
  shake_hands(**certificates, old, &protocol);
  EXPECT_EQ(protocol, Protocol::Http1);
  Client silent;
  shake_hands(**certificates, silent, &protocol);
  EXPECT_EQ(protocol, Protocol::None);
  Client other{.protocols =
                   "\x03"
                   "ftp"};
  shake_hands(**certificates, other);
  EXPECT_FALSE(other.connected);
}

TEST(Certificates, OldVersionsAndWeakCiphersAreRefused) {
  Fixture fixture;
  const auto certificates = fixture.create({fixture.folder.make("a", "a.test")});
  ASSERT_TRUE(certificates);
  Client old{.most = TLS1_1_VERSION};
  shake_hands(**certificates, old);
  EXPECT_FALSE(old.connected);
  Client weak{.most = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA256"};
  shake_hands(**certificates, weak);
  EXPECT_FALSE(weak.connected);
  Client good{.most = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"};
  shake_hands(**certificates, good);
  EXPECT_TRUE(good.connected);
}

TEST(Certificates, SessionsAreResumedByTickets) {
  Fixture fixture;
  const auto certificates = fixture.create({fixture.folder.make("a", "a.test")});
  ASSERT_TRUE(certificates);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Client first{.name = "a.test", .most = version};
    shake_hands(**certificates, first);
    ASSERT_TRUE(first.session);
    EXPECT_FALSE(first.resumed);
    Client second{.name = "a.test", .most = version, .resume = first.session.get()};
    shake_hands(**certificates, second);
    EXPECT_TRUE(second.resumed) << version;
  }
}

TEST(Certificates, ATicketOpensNothingWhenItsKeyIsGone) {
  Fixture fixture;
  const auto certificates = fixture.create({fixture.folder.make("a", "a.test")});
  ASSERT_TRUE(certificates);
  Client first;
  shake_hands(**certificates, first);
  fixture.clock.advance(2 * kTicketKeyTurn);
  Client second{.resume = first.session.get()};
  shake_hands(**certificates, second);
  EXPECT_TRUE(second.connected);
  EXPECT_FALSE(second.resumed);
}

TEST(Certificates, ChangedFilesAreReadWithinASecond) {
  Fixture fixture;
  const auto files = fixture.folder.make("a", "old.test");
  const auto certificates = fixture.create({files});
  ASSERT_TRUE(certificates);
  fixture.folder.make("a", "new.test");
  Client early;
  shake_hands(**certificates, early);
  EXPECT_EQ(early.subject, "old.test");
  fixture.clock.advance(1s);
  Client late;
  shake_hands(**certificates, late);
  EXPECT_EQ(late.subject, "new.test");
}

TEST(Certificates, ABadChangeLeavesTheOldPairAndSaysWhyOnce) {
  Fixture fixture;
  const auto files = fixture.folder.make("a", "old.test");
  const auto certificates = fixture.create({files});
  ASSERT_TRUE(certificates);
  fixture.folder.write("a.key", "half a key");
  for (int i = 0; i < 3; ++i) {
    fixture.clock.advance(1s);
    Client client;
    shake_hands(**certificates, client);
    EXPECT_EQ(client.subject, "old.test");
  }
  std::size_t warnings = 0;
  for (const auto& record : fixture.log.records())
    for (const auto& [name, value] : record.fields)
      if (value.find("a.key") != std::string::npos) ++warnings;
  EXPECT_EQ(warnings, 1u);
  fixture.folder.make("a", "new.test");
  fixture.clock.advance(1s);
  Client mended;
  shake_hands(**certificates, mended);
  EXPECT_EQ(mended.subject, "new.test");
}

TEST(Certificates, AKeyOfAnotherCertificateIsNamed) {
  Fixture fixture;
  const auto a = fixture.folder.make("a", "a.test");
  const auto b = fixture.folder.make("b", "b.test");
  EXPECT_EQ(fixture.why_not({{a.certificate, b.key}}),
            b.key + ": the key does not belong to the certificate " + a.certificate);
}

TEST(Certificates, WhatIsNoPemOrMissingIsNamed) {
  Fixture fixture;
  const auto a = fixture.folder.make("a", "a.test");
  fixture.folder.write("text", "no PEM\n");
  const std::string text = fixture.folder.file("text");
  EXPECT_EQ(fixture.why_not({{text, a.key}}), text + ": there is no certificate in PEM in it");
  EXPECT_EQ(fixture.why_not({{a.certificate, text}}),
            text + ": there is no private key in PEM in it");
  EXPECT_NE(fixture.why_not({{fixture.folder.file("gone"), a.key}}).find("gone"),
            std::string::npos);
}

TEST(Certificates, ExpiredOnesAndThoseOfTheFutureAreRefused) {
  Fixture fixture;
  const auto expired = fixture.folder.make("a", "a.test", {.from = -7200, .to = -3600});
  EXPECT_NE(fixture.why_not({expired}).find("a.pem: the certificate expired at "),
            std::string::npos);
  const auto future = fixture.folder.make("b", "b.test", {.from = 3600, .to = 7200});
  EXPECT_NE(fixture.why_not({future}).find("b.pem: the certificate is valid only from "),
            std::string::npos);
}

TEST(Certificates, AnEncryptedKeyIsRefusedWithTheWayOut) {
  Fixture fixture;
  const auto a = fixture.folder.make("a", "a.test");
  const PrivateKey key(EVP_EC_gen("P-256"));
  std::FILE* const out = std::fopen(a.key.c_str(), "w");
  char passphrase[] = "secret";
  PEM_write_PrivateKey(out, key.get(), EVP_aes_128_cbc(),
                       reinterpret_cast<unsigned char*>(passphrase), 6, nullptr, nullptr);
  std::fclose(out);
  EXPECT_NE(fixture.why_not({a}).find("the key is encrypted"), std::string::npos);
}

TEST(Session, GarbageFailsWithAReason) {
  Fixture fixture;
  const auto certificates = fixture.create({fixture.folder.make("a", "a.test")});
  ASSERT_TRUE(certificates);
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
  auto session = (*certificates)->make_session(pair[1]);
  EXPECT_EQ((*session)->handshake().outcome, Outcome::WantsRead);
  ASSERT_EQ(::write(pair[0], "GET / HTTP/1.1\r\n\r\n", 18), 18);
  EXPECT_EQ((*session)->handshake().outcome, Outcome::Failed);
  EXPECT_EQ((*session)->failure(), "http request");
  EXPECT_EQ((*session)->handshake().outcome, Outcome::Failed);
  session->reset();
  ::close(pair[0]);
  ::close(pair[1]);
}

}  // namespace
}  // namespace wws::http::tls
