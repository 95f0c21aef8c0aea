#include "abi/js/computations.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "bindings/crypto/ciphers.h"
#include "bindings/crypto/keys.h"
#include "bindings/crypto/operations.h"
#include "codec/compress.h"
#include "guest/js/abi.h"

namespace wws::abi::js {
namespace {

namespace compress = codec::compress;
namespace crypto = bindings::crypto;

using codec::Codec;

constexpr std::uint32_t kMaxParts = 8;
// What a digest or a cipher holds.
constexpr std::size_t kSmall = 2048;

static_assert(WWS_HASH_SHA512 == static_cast<int>(crypto::Hash::Sha512));
static_assert(WWS_KEY_X25519 == static_cast<int>(crypto::KeyKind::X25519));
static_assert(WWS_SCHEME_ED25519 == static_cast<int>(crypto::Scheme::Ed25519));
static_assert(WWS_CIPHER_GCM == static_cast<int>(crypto::CipherMode::Gcm));
static_assert(WWS_FORMAT_BROTLI == static_cast<int>(compress::Format::Brotli));

// A number of the guest's as an enum of a byte; what it does not name is refused where it is used.
template <typename Enum>
Enum as(std::uint32_t number) {
  return static_cast<Enum>(std::min<std::uint32_t>(number, 255));
}

std::unexpected<Error> unknown() {
  return fail(ErrorKind::Invalid, "the engine asked for a computation that there is not");
}

std::size_t parts_of_codec(std::uint32_t what) {
  switch (what) {
    case WWS_CODEC_HMAC: return 1;
    case WWS_CODEC_ENCRYPT: return 3;
    case WWS_CODEC_DECRYPT: return 4;
    default: return 0;
  }
}

crypto::CipherOptions cipher_options(const Computation& of) {
  const bool encrypts = of.what == WWS_CODEC_ENCRYPT;
  return {.mode = as<crypto::CipherMode>(of.a),
          .direction = encrypts ? crypto::Direction::Encrypt : crypto::Direction::Decrypt,
          .key = of.parts[0],
          .iv = of.parts[1],
          .additional = of.parts[2],
          .tag = encrypts ? ByteView() : of.parts[3],
          .tag_size = of.b};
}

Result<std::unique_ptr<Codec>> make_codec(const Computation& of) {
  if (of.parts.size() != parts_of_codec(of.what)) return unknown();
  switch (of.what) {
    case WWS_CODEC_DIGEST: return crypto::make_digest(as<crypto::Hash>(of.a));
    case WWS_CODEC_HMAC: return crypto::make_hmac(as<crypto::Hash>(of.a), of.parts[0]);
    case WWS_CODEC_ENCRYPT:
    case WWS_CODEC_DECRYPT: return crypto::make_cipher(cipher_options(of));
    case WWS_CODEC_COMPRESS:
      return compress::make(as<compress::Format>(of.a), compress::Direction::Compress);
    case WWS_CODEC_DECOMPRESS:
      return compress::make(as<compress::Format>(of.a), compress::Direction::Decompress);
    default: return unknown();
  }
}

std::size_t memory_of(const Computation& of) {
  if (of.what == WWS_CODEC_COMPRESS)
    return compress::memory_of(as<compress::Format>(of.a), compress::Direction::Compress);
  if (of.what == WWS_CODEC_DECOMPRESS)
    return compress::memory_of(as<compress::Format>(of.a), compress::Direction::Decompress);
  return kSmall;
}

// --- crypto --------------------------------------------------------------------------------------

// How many parts an operation takes; nothing: any number.
std::optional<std::size_t> parts_of(const Computation& of) {
  switch (of.what) {
    case WWS_CRYPTO_GENERATE: return of.a == WWS_KEY_RSA ? 1 : 0;
    case WWS_CRYPTO_PUBLIC_FROM:
    case WWS_CRYPTO_PRIVATE_FROM: return std::nullopt;
    case WWS_CRYPTO_SIGN:
    case WWS_CRYPTO_AGREE:
    case WWS_CRYPTO_WRAP:
    case WWS_CRYPTO_UNWRAP: return 2;
    case WWS_CRYPTO_VERIFY:
    case WWS_CRYPTO_OAEP_ENCRYPT:
    case WWS_CRYPTO_OAEP_DECRYPT:
    case WWS_CRYPTO_HKDF:
    case WWS_CRYPTO_PBKDF2: return 3;
    default: return 1;
  }
}

crypto::Signing signing(const Computation& of) {
  return {.scheme = as<crypto::Scheme>(of.a),
          .hash = as<crypto::Hash>(of.b),
          .salt_size = static_cast<int>(std::min<std::uint32_t>(of.c, 1u << 16)),
          .curve = static_cast<std::uint8_t>(std::min<std::uint32_t>(of.c, 255))};
}

Result<std::string> parts_as_bytes(Result<crypto::Parts> parts) {
  if (!parts) return fail(std::move(parts).error());
  std::string out;
  ByteWriter writer(out);
  writer.number(static_cast<std::uint32_t>(parts->size()));
  for (const auto& part : *parts) writer.prefixed_text(part);
  return out;
}

Result<std::string> verified(Result<bool> good) {
  if (!good) return fail(std::move(good).error());
  return std::string(1, *good ? '\1' : '\0');
}

using crypto::KeyPart;

Result<std::string> run_on_keys(const Computation& of) {
  const auto kind = as<crypto::KeyKind>(of.a);
  const auto& parts = of.parts;
  switch (of.what) {
    case WWS_CRYPTO_GENERATE:
      return crypto::make_key(kind, static_cast<int>(std::min<std::uint32_t>(of.b, 1u << 20)),
                              parts.empty() ? ByteView() : parts[0]);
    case WWS_CRYPTO_READ_PUBLIC: return crypto::read_key(kind, KeyPart::Public, parts[0]);
    case WWS_CRYPTO_READ_PRIVATE: return crypto::read_key(kind, KeyPart::Private, parts[0]);
    case WWS_CRYPTO_PUBLIC_OF: return crypto::public_key(kind, parts[0]);
    case WWS_CRYPTO_PUBLIC_PARTS:
      return parts_as_bytes(crypto::key_parts(kind, KeyPart::Public, parts[0]));
    case WWS_CRYPTO_PRIVATE_PARTS:
      return parts_as_bytes(crypto::key_parts(kind, KeyPart::Private, parts[0]));
    case WWS_CRYPTO_PUBLIC_FROM: return crypto::key_of_parts(kind, KeyPart::Public, parts);
    case WWS_CRYPTO_PRIVATE_FROM: return crypto::key_of_parts(kind, KeyPart::Private, parts);
    case WWS_CRYPTO_FROM_POINT: return crypto::key_of_point(kind, parts[0]);
    case WWS_CRYPTO_POINT: return crypto::point_of_key(kind, parts[0]);
    default: return unknown();
  }
}

Result<std::string> run_with_keys(const Computation& of) {
  using crypto::Direction;
  const auto hash = as<crypto::Hash>(of.a);
  const auto& parts = of.parts;
  switch (of.what) {
    case WWS_CRYPTO_SIGN: return crypto::sign(signing(of), parts[0], parts[1]);
    case WWS_CRYPTO_VERIFY:
      return verified(crypto::verify(signing(of), parts[0], parts[1], parts[2]));
    case WWS_CRYPTO_OAEP_ENCRYPT:
      return crypto::rsa_oaep(Direction::Encrypt, hash, parts[0], parts[1], parts[2]);
    case WWS_CRYPTO_OAEP_DECRYPT:
      return crypto::rsa_oaep(Direction::Decrypt, hash, parts[0], parts[1], parts[2]);
    case WWS_CRYPTO_AGREE: return crypto::agree(as<crypto::KeyKind>(of.a), parts[0], parts[1]);
    case WWS_CRYPTO_HKDF: return crypto::hkdf(hash, parts[0], parts[1], parts[2], of.b);
    case WWS_CRYPTO_PBKDF2: return crypto::pbkdf2(hash, parts[0], parts[1], parts[2], of.b);
    case WWS_CRYPTO_WRAP: return crypto::aes_key_wrap(Direction::Encrypt, parts[0], parts[1]);
    case WWS_CRYPTO_UNWRAP: return crypto::aes_key_wrap(Direction::Decrypt, parts[0], parts[1]);
    default: return unknown();
  }
}

bool overlap(ByteView in, MutableByteView out) {
  return !in.empty() && in.data() < out.data() + out.size() && out.data() < in.data() + in.size();
}

}  // namespace

Result<Computation> decode_computation(ByteView message) {
  ByteReader reader(message);
  Computation computation;
  computation.what = reader.number<std::uint32_t>();
  computation.a = reader.number<std::uint32_t>();
  computation.b = reader.number<std::uint32_t>();
  computation.c = reader.number<std::uint32_t>();
  const auto count = reader.number<std::uint32_t>();
  if (!reader.ok() || count > kMaxParts) return unknown();
  for (std::uint32_t i = 0; i < count; ++i)
    computation.parts.push_back(as_bytes(reader.prefixed_text()));
  if (!reader.ok()) return unknown();
  return computation;
}

bool is_slow(const Computation& of) noexcept {
  if (of.what == WWS_CRYPTO_GENERATE) return of.a == WWS_KEY_RSA;
  if (of.what == WWS_CRYPTO_SIGN) return of.a == WWS_SCHEME_RSA_PKCS1 || of.a == WWS_SCHEME_RSA_PSS;
  return of.what == WWS_CRYPTO_OAEP_DECRYPT;
}

bool is_random(const Computation& of) noexcept {
  return of.what == WWS_CRYPTO_GENERATE || of.what == WWS_CRYPTO_SIGN ||
         of.what == WWS_CRYPTO_OAEP_ENCRYPT;
}

Result<std::string> run(const Computation& computation) {
  const auto wanted = parts_of(computation);
  if (wanted && computation.parts.size() != *wanted) return unknown();
  return computation.what < WWS_CRYPTO_SIGN ? run_on_keys(computation) : run_with_keys(computation);
}

// The number that says an error, whose text the guest may take.
std::int32_t Computations::refuse(const Error& error) {
  taken_ = error.message();
  return -1 - static_cast<std::int32_t>(taken_.size());
}

Result<Computations::Open> Computations::open(const Computation& computation) const {
  std::size_t held = memory_of(computation);
  for (const auto& [handle, other] : codecs_) held += other.memory;
  if (codecs_.size() >= kMaxCodecs || held > kMaxMemory)
    return fail(ErrorKind::Exhausted,
                "too many streams are being compressed or decompressed at once");
  WWS_TRY(auto codec, make_codec(computation));
  return Open{std::move(codec), memory_of(computation)};
}

std::int32_t Computations::codec(ByteView message) {
  const auto computation = decode_computation(message);
  if (!computation) return refuse(computation.error());
  auto opened = open(*computation);
  if (!opened) return refuse(opened.error());
  const std::uint32_t handle = next_;
  next_ = next_ == 0x7fffffff ? 1 : next_ + 1;
  codecs_.insert_or_assign(handle, std::move(*opened));
  return static_cast<std::int32_t>(handle);
}

std::int64_t Computations::codec_step(std::uint32_t handle, ByteView in, MutableByteView out,
                                      Codec::Input input) {
  const auto found = codecs_.find(handle);
  if (found == codecs_.end() || out.size() < Codec::kLeastRoom || overlap(in, out))
    return refuse(unknown().error());
  const auto step = found->second.codec->step(in, out, input);
  if (!step) return refuse(step.error());
  static constexpr std::size_t kMost = (1u << 24) - 1;
  if (step->consumed > kMost || step->written > kMost) return refuse(unknown().error());
  return static_cast<std::int64_t>(step->consumed | step->written << 24 |
                                   std::uint64_t{step->finished} << 48);
}

std::int32_t Computations::crypto(ByteView message) {
  const auto computation = decode_computation(message);
  if (!computation) return refuse(computation.error());
  if (is_slow(*computation)) return refuse(unknown().error());
  auto result = run(*computation);
  if (!result) return refuse(result.error());
  taken_ = std::move(*result);
  return static_cast<std::int32_t>(taken_.size());
}

}  // namespace wws::abi::js
