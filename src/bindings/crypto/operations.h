// Signatures, key agreement and derivation, key wrapping: each one bounded computation on bytes.
//
// Pure, thread-safe, and for hostile bytes. Errors: Invalid. What takes longer than a loop may wait
// says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "bindings/crypto/kinds.h"

namespace wws::bindings::crypto {

inline constexpr std::size_t kMaxSigned = 1u << 20;    // of Ed25519, which reads its message twice
inline constexpr std::size_t kMaxDerived = 1u << 20;   // of PBKDF2's operands
inline constexpr std::uint32_t kMaxIterations = 4096;  // of PBKDF2, a call
inline constexpr std::size_t kMaxWrapped = 64 * 1024;

struct Signing {
  Scheme scheme = Scheme::Ecdsa;
  Hash hash = Hash::Sha256;
  int salt_size = 0;       // of RSA-PSS
  std::uint8_t curve = 0;  // KeyKind, of ECDSA
};
// `data` is a digest made with `hash`, but for Ed25519 the message. With RSA up to 40 ms.
[[nodiscard]] Result<std::string> sign(const Signing& how, ByteView private_key, ByteView data);
[[nodiscard]] Result<bool> verify(const Signing& how, ByteView public_key, ByteView signature,
                                  ByteView data);

// Decryption takes up to 40 ms.
[[nodiscard]] Result<std::string> rsa_oaep(Direction direction, Hash hash, ByteView key,
                                           ByteView label, ByteView data);
// The shared secret of a private and a public key of one kind.
[[nodiscard]] Result<std::string> agree(KeyKind kind, ByteView private_key, ByteView public_key);

[[nodiscard]] Result<std::string> hkdf(Hash hash, ByteView key, ByteView salt, ByteView info,
                                       std::size_t size);
// RFC 8018, section 5.2: `count` more iterations of one block; `state` is U and T of a call before,
// or empty at the block's begin, when `seed` is salt and number of the block. Gives U and T.
[[nodiscard]] Result<std::string> pbkdf2(Hash hash, ByteView password, ByteView seed,
                                         ByteView state, std::uint32_t count);
// RFC 3394
[[nodiscard]] Result<std::string> aes_key_wrap(Direction direction, ByteView key, ByteView data);

}  // namespace wws::bindings::crypto
