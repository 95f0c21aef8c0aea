// Keys as OpenSSL's objects; for the sources of this folder only.
#pragma once

#include "bindings/crypto/keys.h"
#include "bindings/crypto/openssl.h"

namespace wws::bindings::crypto {

// Errors: Invalid, when the bytes are no such key, or one that would take too long to use.
[[nodiscard]] Result<Key> parse_key(KeyKind kind, KeyPart part, ByteView der);

}  // namespace wws::bindings::crypto
