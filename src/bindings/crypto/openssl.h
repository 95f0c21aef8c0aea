// The fence around OpenSSL's libcrypto: its objects with an owner each. For the sources of this
// folder only.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "bindings/crypto/kinds.h"

namespace wws::bindings::crypto {

template <auto free_function>
struct Freed {
  template <typename T>
  void operator()(T* object) const noexcept {
    free_function(object);
  }
};
template <typename T, auto free_function>
using Owned = std::unique_ptr<T, Freed<free_function>>;

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using CipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Mac = Owned<EVP_MAC, EVP_MAC_free>;
using MacContext = Owned<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using Kdf = Owned<EVP_KDF, EVP_KDF_free>;
using KdfContext = Owned<EVP_KDF_CTX, EVP_KDF_CTX_free>;
using Number = Owned<BIGNUM, BN_clear_free>;
using Parameters = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using ParameterBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

// Empties the thread's queue of errors: nothing reads it.
[[nodiscard]] inline std::unexpected<Error> refuse(const char* what) {
  ERR_clear_error();
  return fail(ErrorKind::Invalid, what);
}

[[nodiscard]] inline const EVP_MD* digest_of(Hash hash) noexcept {
  switch (hash) {
    case Hash::Sha1: return EVP_sha1();
    case Hash::Sha256: return EVP_sha256();
    case Hash::Sha384: return EVP_sha384();
    case Hash::Sha512: return EVP_sha512();
  }
  return nullptr;
}

}  // namespace wws::bindings::crypto
