// Keys as bytes: private ones as PKCS #8, public ones as SubjectPublicKeyInfo, both DER. The guest
// keeps the bytes and sends them with each operation; nothing of a key stays here.
//
// All functions are pure but for make_key's randomness, thread-safe, and take hostile bytes.
// Errors: Invalid, what is wrong with the bytes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "bindings/crypto/kinds.h"

namespace wws::bindings::crypto {

// What bounds the time of an operation with an RSA key.
inline constexpr int kMaxRsaBits = 8192;
inline constexpr int kMaxGeneratedRsaBits = 4096;

// A new private key. `bits` and `exponent` (big-endian) are for RSA only, which takes seconds where
// the others take microseconds: to be called on a thread that may wait.
[[nodiscard]] Result<std::string> make_key(KeyKind kind, int bits, ByteView exponent);
// Checks that the bytes are one key of the kind, and nothing else, and writes them as we do.
[[nodiscard]] Result<std::string> read_key(KeyKind kind, KeyPart part, ByteView der);
[[nodiscard]] Result<std::string> public_key(KeyKind kind, ByteView private_der);

// The numbers of a key, big-endian, as JSON Web Keys name them. RSA: n e, of a private key also d p
// q dp dq qi. Elliptic curves: x y, then d. Curve25519: x, then d.
using Parts = std::vector<std::string>;
[[nodiscard]] Result<Parts> key_parts(KeyKind kind, KeyPart part, ByteView der);
// The key of these; a private key's parts must fit each other.
[[nodiscard]] Result<std::string> key_of_parts(KeyKind kind, KeyPart part,
                                               const std::vector<ByteView>& parts);

// A public key as a point (elliptic curves, compressed or not) or as its bytes (Curve25519).
[[nodiscard]] Result<std::string> key_of_point(KeyKind kind, ByteView point);
[[nodiscard]] Result<std::string> point_of_key(KeyKind kind, ByteView public_der);

}  // namespace wws::bindings::crypto
