// The kinds of keys, hashes and schemes of Web Cryptography that the host computes with.
// https://w3c.github.io/webcrypto/#algorithm-overview
#pragma once

#include <cstdint>

namespace wws::bindings::crypto {

enum class Hash : std::uint8_t { Sha1 = 1, Sha256, Sha384, Sha512 };
enum class KeyKind : std::uint8_t { Rsa = 1, P256, P384, P521, Ed25519, X25519 };
enum class Scheme : std::uint8_t { RsaPkcs1 = 1, RsaPss, Ecdsa, Ed25519 };
enum class KeyPart : bool { Public, Private };
enum class CipherMode : std::uint8_t { Cbc = 1, Ctr, Gcm };
enum class Direction : bool { Decrypt, Encrypt };

}  // namespace wws::bindings::crypto
