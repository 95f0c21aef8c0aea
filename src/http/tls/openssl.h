// What the files of this folder share of OpenSSL: owners of its objects, and its errors as text.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace wws::http::tls {

template <auto Function>
struct Release {
  template <typename T>
  void operator()(T* object) const noexcept {
    Function(object);
  }
};

using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;

// Why the last call failed, "wrong version number"; forgets it.
[[nodiscard]] inline std::string take_reason(const char* otherwise) {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  std::string text = reason == nullptr ? otherwise : reason;
  ERR_clear_error();
  return text;
}

}  // namespace wws::http::tls
