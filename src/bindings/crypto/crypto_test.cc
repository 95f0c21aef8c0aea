// Vectors are of the standards that the comments name.
#include <gtest/gtest.h>

#include <string>

#include "bindings/crypto/ciphers.h"
#include "bindings/crypto/keys.h"
#include "bindings/crypto/operations.h"

namespace wws::bindings::crypto {
namespace {

std::string hex(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[c & 15];
  }
  return out;
}

std::string unhex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return out;
}

Result<std::string> drive(Result<std::unique_ptr<Codec>> codec, std::string_view text,
                          std::size_t piece = 7) {
  if (!codec) return fail(codec.error());
  std::string out, room(Codec::kLeastRoom, '\0');
  for (;;) {
    const bool last = piece >= text.size();
    const auto step = (*codec)->step(as_bytes(text.substr(0, piece)),
                                     {reinterpret_cast<std::uint8_t*>(room.data()), room.size()},
                                     last ? Codec::Input::Last : Codec::Input::More);
    if (!step) return fail(step.error());
    out.append(room, 0, step->written);
    text.remove_prefix(step->consumed);
    if (step->finished) return out;
  }
}

const std::string kExponent("\x01\x00\x01", 3);

TEST(CryptoDigest, HashesAbc) {  // FIPS 180-2
  EXPECT_EQ(hex(*drive(make_digest(Hash::Sha1), "abc")),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(*drive(make_digest(Hash::Sha256), "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_FALSE(make_digest(static_cast<Hash>(9)));
}

TEST(CryptoDigest, AuthenticatesWithTheKeyOfRfc4231) {
  const std::string key(20, '\x0b');
  EXPECT_EQ(hex(*drive(make_hmac(Hash::Sha256, as_bytes(key)), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_TRUE(drive(make_hmac(Hash::Sha1, {}), ""));
}

TEST(CryptoCipher, GivesBackWhatItEncrypted) {
  const std::string key(32, 'k'), iv(16, 'i'), text(1000, 't');
  for (const CipherMode mode : {CipherMode::Cbc, CipherMode::Ctr}) {
    CipherOptions options{mode, Direction::Encrypt, as_bytes(key), as_bytes(iv), {}, {}, 0};
    const auto secret = drive(make_cipher(options), text);
    ASSERT_TRUE(secret);
    EXPECT_NE(secret->substr(0, 16), text.substr(0, 16));
    options.direction = Direction::Decrypt;
    EXPECT_EQ(*drive(make_cipher(options), *secret), text);
  }
}

TEST(CryptoCipher, RefusesAChangedTagOrText) {
  const std::string key(16, 'k'), iv(12, 'i'), more = "more", text(100, 't');
  const CipherOptions encrypt{
      CipherMode::Gcm, Direction::Encrypt, as_bytes(key), as_bytes(iv), as_bytes(more), {}, 16};
  auto secret = *drive(make_cipher(encrypt), text);
  ASSERT_EQ(secret.size(), text.size() + 16);
  const std::string tag = secret.substr(text.size());
  secret.resize(text.size());
  CipherOptions decrypt{CipherMode::Gcm,
                        Direction::Decrypt,
                        as_bytes(key),
                        as_bytes(iv),
                        as_bytes(more),
                        as_bytes(tag),
                        0};
  EXPECT_EQ(*drive(make_cipher(decrypt), secret), text);
  secret[3] ^= 1;
  EXPECT_FALSE(drive(make_cipher(decrypt), secret));
}

TEST(CryptoCipher, RefusesSizesThatAesDoesNotHave) {
  const std::string key(15, 'k'), iv(16, 'i'), good(16, 'k');
  EXPECT_FALSE(
      make_cipher({CipherMode::Cbc, Direction::Encrypt, as_bytes(key), as_bytes(iv), {}, {}, 0}));
  EXPECT_FALSE(make_cipher({CipherMode::Cbc, Direction::Encrypt, as_bytes(good), {}, {}, {}, 0}));
  EXPECT_FALSE(
      make_cipher({CipherMode::Gcm, Direction::Encrypt, as_bytes(good), as_bytes(iv), {}, {}, 5}));
  EXPECT_FALSE(make_cipher(
      {static_cast<CipherMode>(7), Direction::Encrypt, as_bytes(good), as_bytes(iv), {}, {}, 0}));
}

class CryptoKeys : public testing::TestWithParam<KeyKind> {};

TEST_P(CryptoKeys, AreTheSameAsBytesAndAsParts) {
  const auto secret = make_key(GetParam(), 1024, as_bytes(kExponent));
  ASSERT_TRUE(secret);
  EXPECT_EQ(*read_key(GetParam(), KeyPart::Private, as_bytes(*secret)), *secret);
  const auto open = public_key(GetParam(), as_bytes(*secret));
  ASSERT_TRUE(open);
  EXPECT_EQ(*read_key(GetParam(), KeyPart::Public, as_bytes(*open)), *open);
  for (const KeyPart part : {KeyPart::Public, KeyPart::Private}) {
    const std::string& der = part == KeyPart::Public ? *open : *secret;
    const auto parts = key_parts(GetParam(), part, as_bytes(der));
    ASSERT_TRUE(parts);
    std::vector<ByteView> views;
    for (const auto& each : *parts) views.push_back(as_bytes(each));
    EXPECT_EQ(*key_of_parts(GetParam(), part, views), der);
  }
}

TEST_P(CryptoKeys, OfAnotherKindOrCutShortAreRefused) {
  const auto secret = make_key(GetParam(), 1024, as_bytes(kExponent));
  const KeyKind other = GetParam() == KeyKind::P256 ? KeyKind::P384 : KeyKind::P256;
  EXPECT_FALSE(read_key(other, KeyPart::Private, as_bytes(*secret)));
  EXPECT_FALSE(read_key(GetParam(), KeyPart::Public, as_bytes(*secret)));
  for (std::size_t size = 0; size < secret->size(); ++size)
    EXPECT_FALSE(read_key(GetParam(), KeyPart::Private, as_bytes(*secret).first(size)));
  EXPECT_FALSE(read_key(GetParam(), KeyPart::Private, as_bytes(*secret + "x")));
}

INSTANTIATE_TEST_SUITE_P(All, CryptoKeys,
                         testing::Values(KeyKind::Rsa, KeyKind::P256, KeyKind::P384, KeyKind::P521,
                                         KeyKind::Ed25519, KeyKind::X25519));

TEST(CryptoKey, WithPartsThatDoNotFitIsRefused) {
  const auto one = make_key(KeyKind::P256, 0, {}), two = make_key(KeyKind::P256, 0, {});
  const auto a = *key_parts(KeyKind::P256, KeyPart::Private, as_bytes(*one));
  const auto b = *key_parts(KeyKind::P256, KeyPart::Private, as_bytes(*two));
  EXPECT_FALSE(key_of_parts(KeyKind::P256, KeyPart::Private,
                            {as_bytes(a[0]), as_bytes(a[1]), as_bytes(b[2])}));
  EXPECT_FALSE(key_of_point(KeyKind::P256, as_bytes("\x04" + std::string(64, '\x01'))));
}

TEST(CryptoKey, OfRsaIsBoundedInSize) {
  EXPECT_FALSE(make_key(KeyKind::Rsa, 16384, as_bytes(kExponent)));
  EXPECT_FALSE(make_key(KeyKind::Rsa, 1024, as_bytes(std::string("\x02"))));
  const std::string modulus(2048, '\xff');
  EXPECT_FALSE(
      key_of_parts(KeyKind::Rsa, KeyPart::Public, {as_bytes(modulus), as_bytes(kExponent)}));
}

struct SigningCase {
  Signing how;
  KeyKind kind;
};
class CryptoSigning : public testing::TestWithParam<SigningCase> {};

TEST_P(CryptoSigning, VerifiesWhatItSignedAndNothingElse) {
  const auto& [how, kind] = GetParam();
  const auto secret = make_key(kind, 1024, as_bytes(kExponent));
  const auto open = *public_key(kind, as_bytes(*secret));
  const std::string digest = *drive(make_digest(how.hash), "message");
  auto signature = sign(how, as_bytes(*secret), as_bytes(digest));
  ASSERT_TRUE(signature) << signature.error().to_string();
  EXPECT_TRUE(*verify(how, as_bytes(open), as_bytes(*signature), as_bytes(digest)));
  signature->back() ^= 1;
  EXPECT_FALSE(*verify(how, as_bytes(open), as_bytes(*signature), as_bytes(digest)));
  EXPECT_FALSE(*verify(how, as_bytes(open), {}, as_bytes(digest)));
  EXPECT_FALSE(sign(how, as_bytes(open), as_bytes(digest)));
}

INSTANTIATE_TEST_SUITE_P(
    All, CryptoSigning,
    testing::Values(SigningCase{{Scheme::RsaPkcs1, Hash::Sha256, 0, 0}, KeyKind::Rsa},
                    SigningCase{{Scheme::RsaPss, Hash::Sha384, 20, 0}, KeyKind::Rsa},
                    SigningCase{{Scheme::Ecdsa, Hash::Sha256, 0, 2}, KeyKind::P256},
                    SigningCase{{Scheme::Ecdsa, Hash::Sha512, 0, 4}, KeyKind::P521},
                    SigningCase{{Scheme::Ed25519, Hash::Sha512, 0, 0}, KeyKind::Ed25519}));

TEST(CryptoOperation, DecryptsWhatOaepEncrypted) {
  const auto secret = make_key(KeyKind::Rsa, 1024, as_bytes(kExponent));
  const auto open = *public_key(KeyKind::Rsa, as_bytes(*secret));
  const std::string label = "label";
  const auto hidden =
      rsa_oaep(Direction::Encrypt, Hash::Sha1, as_bytes(open), as_bytes(label), as_bytes("hi"));
  ASSERT_TRUE(hidden);
  EXPECT_EQ(*rsa_oaep(Direction::Decrypt, Hash::Sha1, as_bytes(*secret), as_bytes(label),
                      as_bytes(*hidden)),
            "hi");
  EXPECT_FALSE(rsa_oaep(Direction::Decrypt, Hash::Sha1, as_bytes(*secret), {}, as_bytes(*hidden)));
}

TEST(CryptoOperation, AgreesOnOneSecret) {
  for (const KeyKind kind : {KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::X25519}) {
    const auto a = *make_key(kind, 0, {}), b = *make_key(kind, 0, {});
    const auto from_a = agree(kind, as_bytes(a), as_bytes(*public_key(kind, as_bytes(b))));
    const auto from_b = agree(kind, as_bytes(b), as_bytes(*public_key(kind, as_bytes(a))));
    ASSERT_TRUE(from_a);
    EXPECT_EQ(*from_a, *from_b);
  }
}

TEST(CryptoOperation, DerivesAsRfc5869Does) {
  const std::string key(22, '\x0b');
  EXPECT_EQ(hex(*hkdf(Hash::Sha256, as_bytes(key), as_bytes(unhex("000102030405060708090a0b0c")),
                      as_bytes(unhex("f0f1f2f3f4f5f6f7f8f9")), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_FALSE(hkdf(Hash::Sha256, as_bytes(key), {}, {}, 255 * 32 + 1));
}

TEST(CryptoOperation, DerivesAsRfc6070DoesInAnyNumberOfSteps) {
  const std::string password = "password", seed = std::string("salt\0\0\0\1", 8);
  const std::string wanted = "4b007901b765489abead49d926f721d065a429c1";
  const auto whole = *pbkdf2(Hash::Sha1, as_bytes(password), as_bytes(seed), {}, 4096);
  EXPECT_EQ(hex(whole.substr(20)), wanted);
  auto state = *pbkdf2(Hash::Sha1, as_bytes(password), as_bytes(seed), {}, 1);
  state = *pbkdf2(Hash::Sha1, as_bytes(password), as_bytes(seed), as_bytes(state), 4000);
  state = *pbkdf2(Hash::Sha1, as_bytes(password), as_bytes(seed), as_bytes(state), 95);
  EXPECT_EQ(hex(state.substr(20)), wanted);
  EXPECT_FALSE(pbkdf2(Hash::Sha1, as_bytes(password), as_bytes(seed), {}, kMaxIterations + 1));
  EXPECT_FALSE(pbkdf2(Hash::Sha1, as_bytes(password), as_bytes(seed), as_bytes("short"), 1));
}

TEST(CryptoOperation, WrapsAsRfc3394Does) {
  const std::string key = unhex("000102030405060708090a0b0c0d0e0f");
  const std::string data = unhex("00112233445566778899aabbccddeeff");
  auto wrapped = *aes_key_wrap(Direction::Encrypt, as_bytes(key), as_bytes(data));
  EXPECT_EQ(hex(wrapped), "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
  EXPECT_EQ(*aes_key_wrap(Direction::Decrypt, as_bytes(key), as_bytes(wrapped)), data);
  wrapped[0] ^= 1;
  EXPECT_FALSE(aes_key_wrap(Direction::Decrypt, as_bytes(key), as_bytes(wrapped)));
  EXPECT_FALSE(aes_key_wrap(Direction::Encrypt, as_bytes(key), as_bytes(data).first(15)));
}

}  // namespace
}  // namespace wws::bindings::crypto
