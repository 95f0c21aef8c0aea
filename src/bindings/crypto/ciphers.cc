#include "bindings/crypto/ciphers.h"

#include <algorithm>
#include <array>

#include "bindings/crypto/openssl.h"

namespace wws::bindings::crypto {
namespace {

// About half a millisecond of the slowest of these.
constexpr std::size_t kPiece = 256 * 1024;
constexpr std::size_t kBlock = 16;
constexpr std::size_t kMaxIv = 4096;
constexpr std::size_t kMaxAdditional = 1u << 20;

static_assert(Codec::kLeastRoom >= EVP_MAX_MD_SIZE + 2 * kBlock);

class Digest final : public Codec {
 public:
  explicit Digest(DigestContext context) : context_(std::move(context)) {}

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    Step step;
    step.consumed = std::min(in.size(), kPiece);
    if (EVP_DigestUpdate(context_.get(), in.data(), step.consumed) != 1)
      return refuse("the digest failed");
    if (input == Input::More || step.consumed < in.size()) return step;
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), out.data(), &size) != 1)
      return refuse("the digest failed");
    step.written = size;
    step.finished = true;
    return step;
  }

 private:
  DigestContext context_;
};

class Hmac final : public Codec {
 public:
  Hmac(Mac mac, MacContext context) : mac_(std::move(mac)), context_(std::move(context)) {}

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    Step step;
    step.consumed = std::min(in.size(), kPiece);
    if (EVP_MAC_update(context_.get(), in.data(), step.consumed) != 1)
      return refuse("the HMAC failed");
    if (input == Input::More || step.consumed < in.size()) return step;
    if (EVP_MAC_final(context_.get(), out.data(), &step.written, out.size()) != 1)
      return refuse("the HMAC failed");
    step.finished = true;
    return step;
  }

 private:
  Mac mac_;
  MacContext context_;
};

class Cipher final : public Codec {
 public:
  Cipher(CipherContext context, const CipherOptions& options)
      : context_(std::move(context)),
        tag_size_(options.direction == Direction::Encrypt ? options.tag_size : 0) {}

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    Step step;
    // A cipher may hold a block back and give it with the next.
    step.consumed = std::min({in.size(), kPiece, out.size() - 3 * kBlock});
    int written = 0;
    if (step.consumed != 0 && EVP_CipherUpdate(context_.get(), out.data(), &written, in.data(),
                                               static_cast<int>(step.consumed)) != 1)
      return refuse("the cipher failed");
    step.written = static_cast<std::size_t>(written);
    if (input == Input::More || step.consumed < in.size()) return step;
    return finish(step, out);
  }

 private:
  Result<Step> finish(Step step, MutableByteView out) {
    int written = 0;
    if (EVP_CipherFinal_ex(context_.get(), out.data() + step.written, &written) != 1)
      return refuse("the data, the key or the tag is wrong");
    step.written += static_cast<std::size_t>(written);
    if (tag_size_ != 0) {
      if (EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size_),
                              out.data() + step.written) != 1)
        return refuse("the cipher gave no tag");
      step.written += tag_size_;
    }
    step.finished = true;
    return step;
  }

  CipherContext context_;
  std::size_t tag_size_;
};

const EVP_CIPHER* cipher_of(CipherMode mode, std::size_t key_size) {
  const int size = key_size == 16 ? 0 : key_size == 24 ? 1 : key_size == 32 ? 2 : -1;
  if (size < 0) return nullptr;
  using Make = const EVP_CIPHER* (*)();
  static constexpr std::array<std::array<Make, 3>, 3> kCiphers = {{
      {EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc},
      {EVP_aes_128_ctr, EVP_aes_192_ctr, EVP_aes_256_ctr},
      {EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm},
  }};
  const auto row = static_cast<std::size_t>(mode) - 1;
  if (row >= kCiphers.size()) return nullptr;
  return kCiphers[row][static_cast<std::size_t>(size)]();
}

bool has_tag_size(std::size_t size) { return size == 4 || size == 8 || (size >= 12 && size <= 16); }

Result<void> check_sizes(const CipherOptions& options) {
  const bool gcm = options.mode == CipherMode::Gcm;
  if (!gcm && options.iv.size() != kBlock) return refuse("the initialization vector has 16 bytes");
  if (!gcm) return {};
  if (options.iv.empty() || options.iv.size() > kMaxIv)
    return refuse("the initialization vector has 1 to 4096 bytes");
  if (options.additional.size() > kMaxAdditional)
    return refuse("the additional data are over a mebibyte");
  const bool decrypts = options.direction == Direction::Decrypt;
  if (!has_tag_size(decrypts ? options.tag.size() : options.tag_size))
    return refuse("the tag has 32, 64, 96, 104, 112, 120 or 128 bits");
  return {};
}

bool begin_gcm(EVP_CIPHER_CTX* context, const CipherOptions& options) {
  if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(options.iv.size()),
                          nullptr) != 1)
    return false;
  if (options.direction == Direction::Encrypt) return true;
  return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(options.tag.size()),
                             const_cast<std::uint8_t*>(options.tag.data())) == 1;
}

bool begin(EVP_CIPHER_CTX* context, const EVP_CIPHER* cipher, const CipherOptions& options) {
  const int encrypt = options.direction == Direction::Encrypt ? 1 : 0;
  if (EVP_CipherInit_ex2(context, cipher, nullptr, nullptr, encrypt, nullptr) != 1) return false;
  const bool gcm = options.mode == CipherMode::Gcm;
  if (gcm && !begin_gcm(context, options)) return false;
  if (EVP_CipherInit_ex2(context, nullptr, options.key.data(), options.iv.data(), encrypt,
                         nullptr) != 1)
    return false;
  int ignored = 0;
  return !gcm || options.additional.empty() ||
         EVP_CipherUpdate(context, nullptr, &ignored, options.additional.data(),
                          static_cast<int>(options.additional.size())) == 1;
}

}  // namespace

Result<std::unique_ptr<Codec>> make_digest(Hash hash) {
  DigestContext context(EVP_MD_CTX_new());
  const EVP_MD* digest = digest_of(hash);
  if (!digest || !context || EVP_DigestInit_ex(context.get(), digest, nullptr) != 1)
    return refuse("there is no such digest");
  return std::make_unique<Digest>(std::move(context));
}

Result<std::unique_ptr<Codec>> make_hmac(Hash hash, ByteView key) {
  const EVP_MD* digest = digest_of(hash);
  Mac mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  if (!digest || !mac) return refuse("there is no such digest");
  MacContext context(EVP_MAC_CTX_new(mac.get()));
  auto* name = const_cast<char*>(EVP_MD_get0_name(digest));
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                   OSSL_PARAM_construct_end()};
  static constexpr std::uint8_t kEmpty = 0;
  const std::uint8_t* bytes = key.empty() ? &kEmpty : key.data();
  if (!context || EVP_MAC_init(context.get(), bytes, key.size(), parameters) != 1)
    return refuse("the key is no HMAC key");
  return std::make_unique<Hmac>(std::move(mac), std::move(context));
}

Result<std::unique_ptr<Codec>> make_cipher(const CipherOptions& options) {
  const EVP_CIPHER* cipher = cipher_of(options.mode, options.key.size());
  if (!cipher) return refuse("an AES key has 128, 192 or 256 bits");
  WWS_CHECK(check_sizes(options));
  CipherContext context(EVP_CIPHER_CTX_new());
  if (!context || !begin(context.get(), cipher, options)) return refuse("the cipher cannot begin");
  return std::make_unique<Cipher>(std::move(context), options);
}

}  // namespace wws::bindings::crypto
