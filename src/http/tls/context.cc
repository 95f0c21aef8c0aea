#include "http/tls/context.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstring>
#include <string_view>

namespace wws::http::tls {
namespace {

// AEAD with an ephemeral key exchange: what RFC 9113 appendix A leaves of TLS 1.2.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK";
constexpr const char* kGroups = "X25519:P-256:P-384";
// A session of one server is of no use to another; this names ours.
constexpr std::string_view kSessionContext = "wws";

// The names of RFC 7301 section 3.1, each with its length before it, in our order.
constexpr unsigned char kProtocols[] = "\x02h2\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned offered_length, void*) {
  // The result points into either list; both outlive the call.
  auto* chosen = const_cast<unsigned char*>(*out);
  const int found = SSL_select_next_proto(&chosen, out_length, kProtocols, sizeof kProtocols - 1,
                                          offered, offered_length);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int choose_certificate(SSL* handle, int*, void* argument) {
  const auto& generation = *static_cast<const Generation*>(argument);
  const char* name = SSL_get_servername(handle, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  for (const Context& context : generation.contexts) {
    X509* const certificate = SSL_CTX_get0_certificate(context.get());
    if (X509_check_host(certificate, name, std::strlen(name), 0, nullptr) != 1) continue;
    SSL_set_SSL_CTX(handle, context.get());
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

bool set_mac_key(EVP_MAC_CTX* mac, TicketKey& key) {
  std::string digest = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

int seal_ticket(TicketKeys& keys, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                EVP_MAC_CTX* mac) {
  auto key = keys.current();
  // Without a key the client gets no ticket.
  if (!key) return 0;
  const EVP_CIPHER* const kind = EVP_aes_256_cbc();
  if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(kind)) != 1) return -1;
  std::memcpy(name, key->name.data(), key->name.size());
  const bool ready = EVP_EncryptInit_ex2(cipher, kind, key->cipher.data(), iv, nullptr) == 1 &&
                     set_mac_key(mac, *key);
  return ready ? 1 : -1;
}

int open_ticket(TicketKeys& keys, const unsigned char* name, const unsigned char* iv,
                EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  auto found = keys.find(name);
  if (!found) return 0;
  const bool ready =
      set_mac_key(mac, found->key) &&
      EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), found->key.cipher.data(), iv, nullptr) == 1;
  if (!ready) return -1;
  return found->aging ? 2 : 1;
}

int on_ticket(SSL* handle, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int sealing) {
  auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(handle)));
  return sealing == 1 ? seal_ticket(keys, name, iv, cipher, mac)
                      : open_ticket(keys, name, iv, cipher, mac);
}

}  // namespace

Result<Context> make_context(TicketKeys& tickets) {
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) return fail(ErrorKind::Internal, take_reason("OpenSSL does not start"));
  SSL_CTX* const raw = context.get();
  SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // A thousand idle connections hold no record buffers; a write may be repeated from elsewhere.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  const bool set =
      SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1 &&
      SSL_CTX_set_cipher_list(raw, kCiphers) == 1 && SSL_CTX_set1_groups_list(raw, kGroups) == 1 &&
      SSL_CTX_set_session_id_context(raw,
                                     reinterpret_cast<const unsigned char*>(kSessionContext.data()),
                                     static_cast<unsigned>(kSessionContext.size())) == 1 &&
      SSL_CTX_set_app_data(raw, &tickets) == 1 &&
      SSL_CTX_set_tlsext_ticket_key_evp_cb(raw, on_ticket) == 1;
  if (!set) return fail(ErrorKind::Internal, take_reason("OpenSSL does not take the settings"));
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  return context;
}

void choose_by_name(Generation& generation) {
  for (const Context& context : generation.contexts) {
    SSL_CTX_callback_ctrl(context.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(choose_certificate));
    SSL_CTX_set_tlsext_servername_arg(context.get(), &generation);
  }
}

}  // namespace wws::http::tls
