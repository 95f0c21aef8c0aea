#include "bindings/crypto/operations.h"

// PBKDF2 copies a keyed context for each iteration; the newer interface takes four times as long.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "bindings/crypto/keys_internal.h"

namespace wws::bindings::crypto {
namespace {

unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

KeyKind kind_of(const Signing& how) {
  if (how.scheme == Scheme::Ecdsa) return static_cast<KeyKind>(how.curve);
  return how.scheme == Scheme::Ed25519 ? KeyKind::Ed25519 : KeyKind::Rsa;
}

bool is_signing(const Signing& how) {
  switch (how.scheme) {
    case Scheme::RsaPkcs1:
    case Scheme::RsaPss:
    case Scheme::Ed25519: return digest_of(how.hash) != nullptr;
    case Scheme::Ecdsa: {
      const KeyKind kind = kind_of(how);
      return digest_of(how.hash) &&
             (kind == KeyKind::P256 || kind == KeyKind::P384 || kind == KeyKind::P521);
    }
  }
  return false;
}

// Padding and hash, after sign_init or verify_init.
bool set_up(EVP_PKEY_CTX* context, const Signing& how) {
  const EVP_MD* digest = digest_of(how.hash);
  if (how.scheme == Scheme::Ecdsa) return true;
  const bool pss = how.scheme == Scheme::RsaPss;
  if (EVP_PKEY_CTX_set_rsa_padding(context, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) != 1)
    return false;
  if (EVP_PKEY_CTX_set_signature_md(context, digest) != 1) return false;
  return !pss ||
         (how.salt_size >= 0 && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, how.salt_size) == 1 &&
          EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1);
}

using EcSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

std::size_t half_of(KeyKind kind) {
  return kind == KeyKind::P256 ? 32 : kind == KeyKind::P384 ? 48 : 66;
}

// Web Cryptography has r and s side by side, OpenSSL has them in DER.
Result<std::string> flat_signature(KeyKind kind, const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  EcSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  const std::size_t half = half_of(kind);
  std::string flat(2 * half, '\0');
  const int size = static_cast<int>(half);
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw(flat), size) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw(flat) + half, size) < 0)
    return refuse("no signature could be made");
  return flat;
}

std::string der_signature(KeyKind kind, ByteView flat) {
  const std::size_t half = half_of(kind);
  EcSignature signature(ECDSA_SIG_new());
  if (flat.size() != 2 * half || !signature) return {};
  const int size = static_cast<int>(half);
  BIGNUM* r = BN_bin2bn(flat.data(), size, nullptr);
  BIGNUM* s = BN_bin2bn(flat.data() + half, size, nullptr);
  if (ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* bytes = nullptr;
  const int length = i2d_ECDSA_SIG(signature.get(), &bytes);
  if (length < 0) return {};
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(length));
  OPENSSL_free(bytes);
  return der;
}

Result<std::string> sign_message(EVP_PKEY* key, ByteView message) {
  if (message.size() > kMaxSigned)
    return refuse("a message of more than a mebibyte cannot be signed with Ed25519 here");
  DigestContext context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), raw(signature), &size, message.data(), message.size()) != 1)
    return refuse("the message cannot be signed with this key");
  return signature;
}

Result<bool> verify_message(EVP_PKEY* key, ByteView signature, ByteView message) {
  if (message.size() > kMaxSigned)
    return refuse("a message of more than a mebibyte cannot be verified with Ed25519 here");
  DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) != 1)
    return refuse("the key cannot verify");
  const bool good = EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                     message.data(), message.size()) == 1;
  ERR_clear_error();
  return good;
}

void xor_into(std::string& sum, const std::string& other) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = static_cast<char>(sum[i] ^ other[i]);
}

}  // namespace

Result<std::string> sign(const Signing& how, ByteView private_key, ByteView data) {
  if (!is_signing(how)) return refuse("there is no such scheme of signatures");
  WWS_TRY(const Key key, parse_key(kind_of(how), KeyPart::Private, private_key));
  if (how.scheme == Scheme::Ed25519) return sign_message(key.get(), data);
  KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = signature.size();
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 || !set_up(context.get(), how) ||
      EVP_PKEY_sign(context.get(), raw(signature), &size, data.data(), data.size()) != 1)
    return refuse("the data cannot be signed with this key and these parameters");
  signature.resize(size);
  return how.scheme == Scheme::Ecdsa ? flat_signature(kind_of(how), signature)
                                     : Result<std::string>(signature);
}

Result<bool> verify(const Signing& how, ByteView public_key, ByteView signature, ByteView data) {
  if (!is_signing(how)) return refuse("there is no such scheme of signatures");
  WWS_TRY(const Key key, parse_key(kind_of(how), KeyPart::Public, public_key));
  if (how.scheme == Scheme::Ed25519) return verify_message(key.get(), signature, data);
  std::string der;
  if (how.scheme == Scheme::Ecdsa) {
    der = der_signature(kind_of(how), signature);
    if (der.empty()) return false;
    signature = as_bytes(der);
  }
  KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 || !set_up(context.get(), how))
    return refuse("the key cannot verify with these parameters");
  const bool good = EVP_PKEY_verify(context.get(), signature.data(), signature.size(), data.data(),
                                    data.size()) == 1;
  ERR_clear_error();
  return good;
}

Result<std::string> rsa_oaep(Direction direction, Hash hash, ByteView der, ByteView label,
                             ByteView data) {
  const bool encrypts = direction == Direction::Encrypt;
  const EVP_MD* digest = digest_of(hash);
  if (!digest || label.size() > kMaxWrapped || data.size() > kMaxWrapped)
    return refuse("the label or the data are too large");
  WWS_TRY(const Key key,
          parse_key(KeyKind::Rsa, encrypts ? KeyPart::Public : KeyPart::Private, der));
  KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  const int begun = !context   ? 0
                    : encrypts ? EVP_PKEY_encrypt_init(context.get())
                               : EVP_PKEY_decrypt_init(context.get());
  if (begun != 1 || EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), digest) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), digest) != 1)
    return refuse("the key cannot be used with OAEP");
  if (!label.empty()) {
    void* copy = OPENSSL_memdup(label.data(), label.size());
    if (EVP_PKEY_CTX_set0_rsa_oaep_label(context.get(), copy, static_cast<int>(label.size())) !=
        1) {
      OPENSSL_free(copy);
      return refuse("the label cannot be used");
    }
  }
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = out.size();
  const auto run = encrypts ? EVP_PKEY_encrypt : EVP_PKEY_decrypt;
  if (run(context.get(), raw(out), &size, data.data(), data.size()) != 1)
    return refuse("the data do not fit the key");
  out.resize(size);
  return out;
}

Result<std::string> agree(KeyKind kind, ByteView private_key, ByteView public_key) {
  if (kind == KeyKind::Rsa || kind == KeyKind::Ed25519) return refuse("the keys cannot agree");
  WWS_TRY(const Key own, parse_key(kind, KeyPart::Private, private_key));
  WWS_TRY(const Key peer, parse_key(kind, KeyPart::Public, public_key));
  KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr));
  std::string secret(66, '\0');
  std::size_t size = secret.size();
  if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
      EVP_PKEY_derive(context.get(), raw(secret), &size) != 1)
    return refuse("the keys have no secret in common");
  secret.resize(size);
  return secret;
}

Result<std::string> hkdf(Hash hash, ByteView key, ByteView salt, ByteView info, std::size_t size) {
  const EVP_MD* digest = digest_of(hash);
  if (!digest) return refuse("there is no such digest");
  if (size > 255 * static_cast<std::size_t>(EVP_MD_get_size(digest)))
    return refuse("HKDF gives no more than 255 times its hash");
  if (key.size() > kMaxDerived || salt.size() > kMaxDerived || info.size() > kMaxDerived)
    return refuse("an operand of HKDF is over a mebibyte");
  if (size == 0) return std::string();
  Kdf kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  KdfContext context(EVP_KDF_CTX_new(kdf.get()));
  const auto operand = [](const char* name, ByteView bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()),
                                             bytes.size());
  };
  static constexpr std::uint8_t kNothing = 0;
  const auto present = [](ByteView bytes) {
    return bytes.empty() ? ByteView(&kNothing, 0) : bytes;
  };
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                       const_cast<char*>(EVP_MD_get0_name(digest)), 0),
      operand(OSSL_KDF_PARAM_KEY, present(key)), operand(OSSL_KDF_PARAM_SALT, present(salt)),
      operand(OSSL_KDF_PARAM_INFO, present(info)), OSSL_PARAM_construct_end()};
  std::string out(size, '\0');
  if (!context || EVP_KDF_derive(context.get(), raw(out), size, parameters) != 1)
    return refuse("nothing could be derived");
  return out;
}

Result<std::string> pbkdf2(Hash hash, ByteView password, ByteView seed, ByteView state,
                           std::uint32_t count) {
  const EVP_MD* digest = digest_of(hash);
  if (!digest || count > kMaxIterations || password.size() > kMaxDerived ||
      seed.size() > kMaxDerived)
    return refuse("an operand of PBKDF2 is too large");
  const auto size = static_cast<std::size_t>(EVP_MD_get_size(digest));
  if (!state.empty() && state.size() != 2 * size) return refuse("the state is not of this hash");
  Owned<HMAC_CTX, HMAC_CTX_free> keyed(HMAC_CTX_new()), context(HMAC_CTX_new());
  static constexpr std::uint8_t kNothing = 0;
  const std::uint8_t* key = password.empty() ? &kNothing : password.data();
  if (!keyed || !context ||
      HMAC_Init_ex(keyed.get(), key, static_cast<int>(password.size()), digest, nullptr) != 1)
    return refuse("the password cannot be used");
  std::string u(state.empty() ? as_text(seed) : as_text(state.first(size)));
  std::string t =
      state.empty() ? std::string(size, '\0') : std::string(as_text(state.subspan(size)));
  for (std::uint32_t i = 0; i < count; ++i) {
    unsigned written = 0;
    std::array<unsigned char, EVP_MAX_MD_SIZE> next{};
    if (HMAC_CTX_copy(context.get(), keyed.get()) != 1 ||
        HMAC_Update(context.get(), raw(u), u.size()) != 1 ||
        HMAC_Final(context.get(), next.data(), &written) != 1)
      return refuse("PBKDF2 failed");
    u.assign(reinterpret_cast<const char*>(next.data()), size);
    xor_into(t, u);
  }
  return u + t;
}

Result<std::string> aes_key_wrap(Direction direction, ByteView key, ByteView data) {
  const EVP_CIPHER* cipher = key.size() == 16   ? EVP_aes_128_wrap()
                             : key.size() == 24 ? EVP_aes_192_wrap()
                             : key.size() == 32 ? EVP_aes_256_wrap()
                                                : nullptr;
  const bool encrypts = direction == Direction::Encrypt;
  if (!cipher) return refuse("an AES key has 128, 192 or 256 bits");
  if (data.size() % 8 != 0 || data.size() < (encrypts ? 16u : 24u) || data.size() > kMaxWrapped)
    return refuse("AES-KW takes multiples of 64 bits, at least two of them");
  CipherContext context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  std::string out(data.size() + 16, '\0');
  int size = 0, rest = 0;
  if (EVP_CipherInit_ex2(context.get(), cipher, key.data(), nullptr, encrypts ? 1 : 0, nullptr) !=
          1 ||
      EVP_CipherUpdate(context.get(), raw(out), &size, data.data(),
                       static_cast<int>(data.size())) != 1 ||
      EVP_CipherFinal_ex(context.get(), raw(out) + size, &rest) != 1)
    return refuse("the wrapped key or the wrapping key is wrong");
  out.resize(static_cast<std::size_t>(size + rest));
  return out;
}

}  // namespace wws::bindings::crypto
