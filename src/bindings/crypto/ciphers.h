// Digests, HMAC and AES as codecs.
#pragma once

#include "bindings/crypto/kinds.h"
#include "codec/codec.h"

namespace wws::bindings::crypto {

using codec::Codec;

// Nothing comes out before the last input.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_digest(Hash hash);
[[nodiscard]] Result<std::unique_ptr<Codec>> make_hmac(Hash hash, ByteView key);

struct CipherOptions {
  CipherMode mode = CipherMode::Cbc;
  Direction direction = Direction::Encrypt;
  ByteView key;              // 16, 24 or 32 bytes
  ByteView iv;               // 16 bytes; with GCM any number but 0
  ByteView additional;       // with GCM
  ByteView tag;              // with GCM, to decrypt
  std::size_t tag_size = 0;  // with GCM, to encrypt: the tag follows the text
};
// Errors: Invalid, a size that AES or the mode does not have.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_cipher(const CipherOptions& options);

}  // namespace wws::bindings::crypto
