#include "bindings/crypto/keys.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "bindings/crypto/keys_internal.h"

namespace wws::bindings::crypto {
namespace {

constexpr std::size_t kMaxKeyBytes = 16 * 1024;

bool is_curve(KeyKind kind) {
  return kind == KeyKind::P256 || kind == KeyKind::P384 || kind == KeyKind::P521;
}

bool is_known(KeyKind kind) {
  return kind == KeyKind::Rsa || is_curve(kind) || kind == KeyKind::Ed25519 ||
         kind == KeyKind::X25519;
}

const char* group_of(KeyKind kind) {
  return kind == KeyKind::P256 ? "prime256v1" : kind == KeyKind::P384 ? "secp384r1" : "secp521r1";
}

std::size_t field_bytes(KeyKind kind) {
  return kind == KeyKind::P256 ? 32 : kind == KeyKind::P384 ? 48 : kind == KeyKind::P521 ? 66 : 32;
}

int type_of(KeyKind kind) {
  if (kind == KeyKind::Rsa) return EVP_PKEY_RSA;
  if (kind == KeyKind::Ed25519) return EVP_PKEY_ED25519;
  return kind == KeyKind::X25519 ? EVP_PKEY_X25519 : EVP_PKEY_EC;
}

Number number_of(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return nullptr;
  return Number(number);
}

std::string bytes_of(const BIGNUM* number) {
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

std::string padded_bytes_of(const BIGNUM* number, std::size_t size) {
  std::string bytes(size, '\0');
  if (BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) <
      0)
    bytes.clear();
  return bytes;
}

// The time of an RSA operation grows with the modulus and with the exponent.
bool is_affordable_rsa(EVP_PKEY* key, KeyPart part) {
  const Number n = number_of(key, OSSL_PKEY_PARAM_RSA_N), e = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  if (!n || !e) return false;
  const int bits = BN_num_bits(n.get());
  if (bits < 256 || bits > kMaxRsaBits || BN_num_bits(e.get()) > bits) return false;
  if (part == KeyPart::Public) return true;
  const Number d = number_of(key, OSSL_PKEY_PARAM_RSA_D);
  return d && BN_num_bits(d.get()) <= bits;
}

bool is_of_kind(EVP_PKEY* key, KeyKind kind, KeyPart part) {
  if (EVP_PKEY_get_base_id(key) != type_of(kind)) return false;
  if (kind == KeyKind::Rsa) return is_affordable_rsa(key, part);
  if (!is_curve(kind)) return true;
  std::array<char, 64> name{};
  std::size_t size = 0;
  return EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) == 1 &&
         std::string_view(name.data(), size) == group_of(kind);
}

Result<std::string> encode(const Key& key, KeyPart part) {
  unsigned char* bytes = nullptr;
  int size = -1;
  if (part == KeyPart::Public) {
    size = i2d_PUBKEY(key.get(), &bytes);
  } else {
    Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(EVP_PKEY2PKCS8(key.get()));
    if (info) size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &bytes);
  }
  if (size < 0) return refuse("the key cannot be written");
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_clear_free(bytes, static_cast<std::size_t>(size));
  return der;
}

Result<Key> make_rsa(int bits, ByteView exponent) {
  if (bits < 256 || bits > kMaxGeneratedRsaBits)
    return refuse("an RSA key has 256 to 4096 bits here");
  if (exponent.empty() || exponent.size() > 8) return refuse("the public exponent is too large");
  const Number e(BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr));
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!e || !BN_is_odd(e.get()) || BN_is_one(e.get()) || !context ||
      EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits) != 1 ||
      EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get()) != 1 ||
      EVP_PKEY_generate(context.get(), &key) != 1)
    return refuse("there is no RSA key of this size and public exponent");
  return Key(key);
}

Key make_curve(KeyKind kind) {
  if (is_curve(kind)) return Key(EVP_EC_gen(group_of(kind)));
  return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, kind == KeyKind::Ed25519 ? "ED25519" : "X25519"));
}

Result<Key> from_data(const char* type, KeyPart part, const ParameterBuilder& builder) {
  Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  const int selection = part == KeyPart::Private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1)
    return refuse("the key's parts do not fit each other");
  return Key(key);
}

constexpr std::array<const char*, 8> kRsaNames = {
    OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,           OSSL_PKEY_PARAM_RSA_D,
    OSSL_PKEY_PARAM_RSA_FACTOR1,   OSSL_PKEY_PARAM_RSA_FACTOR2,     OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};

Number read_number(ByteView bytes) {
  return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

Result<Key> rsa_of_parts(KeyPart part, const std::vector<ByteView>& parts) {
  const std::size_t count = part == KeyPart::Private ? 8 : 2;
  if (parts.size() != count) return refuse("an RSA key has n and e, a private one d p q dp dq qi");
  ParameterBuilder builder(OSSL_PARAM_BLD_new());
  std::array<Number, 8> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    numbers[i] = read_number(parts[i]);
    if (!numbers[i] || BN_is_zero(numbers[i].get()) ||
        OSSL_PARAM_BLD_push_BN(builder.get(), kRsaNames[i], numbers[i].get()) != 1)
      return refuse("a part of the RSA key is no number");
  }
  return from_data("RSA", part, builder);
}

// Whether p q = n; more would take longer than the use of the key.
bool factors_fit(EVP_PKEY* key) {
  const Number n = number_of(key, OSSL_PKEY_PARAM_RSA_N),
               p = number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR1),
               q = number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR2);
  if (!n || !p || !q) return false;
  const Number product(BN_new());
  Owned<BN_CTX, BN_CTX_free> scratch(BN_CTX_new());
  return product && scratch && BN_mul(product.get(), p.get(), q.get(), scratch.get()) == 1 &&
         BN_cmp(product.get(), n.get()) == 0;
}

Result<Key> point_key(KeyKind kind, ByteView point, const BIGNUM* secret) {
  ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_of(kind),
                                      0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1 ||
      (secret && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret) != 1))
    return refuse("out of memory");
  auto key = from_data("EC", secret ? KeyPart::Private : KeyPart::Public, builder);
  if (!key) return key;
  KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key->get(), nullptr));
  const int sound = secret ? EVP_PKEY_check(context.get()) : EVP_PKEY_public_check(context.get());
  if (sound != 1) return refuse("the point is not on the curve, or not that of the private key");
  return key;
}

Result<Key> curve_of_parts(KeyKind kind, KeyPart part, const std::vector<ByteView>& parts) {
  const std::size_t size = field_bytes(kind);
  const bool secret = part == KeyPart::Private;
  if (parts.size() != (secret ? 3u : 2u) ||
      std::ranges::any_of(parts, [&](ByteView each) { return each.size() != size; }))
    return refuse("a coordinate of the key has not the size of its curve's field");
  std::string point = "\x04";
  point.append(as_text(parts[0])).append(as_text(parts[1]));
  const Number d = secret ? read_number(parts[2]) : nullptr;
  return point_key(kind, as_bytes(point), d.get());
}

Result<Key> curve25519_of_parts(KeyKind kind, KeyPart part, const std::vector<ByteView>& parts) {
  const bool secret = part == KeyPart::Private;
  if (parts.size() != (secret ? 2u : 1u)) return refuse("the key has x, a private one also d");
  if (!secret) {
    Key key(EVP_PKEY_new_raw_public_key(type_of(kind), nullptr, parts[0].data(), parts[0].size()));
    if (!key) return refuse("the key has 32 bytes");
    return key;
  }
  Key key(EVP_PKEY_new_raw_private_key(type_of(kind), nullptr, parts[1].data(), parts[1].size()));
  std::array<std::uint8_t, 32> x{};
  std::size_t size = x.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), x.data(), &size) != 1)
    return refuse("the key has 32 bytes");
  if (!std::ranges::equal(x, parts[0])) return refuse("x is not the public part of d");
  return key;
}

Result<Parts> rsa_parts(EVP_PKEY* key, KeyPart part) {
  Parts parts;
  const std::size_t count = part == KeyPart::Private ? 8 : 2;
  for (std::size_t i = 0; i < count; ++i) {
    const Number number = number_of(key, kRsaNames[i]);
    if (!number) return refuse("the RSA key has no factors");
    parts.push_back(bytes_of(number.get()));
  }
  return parts;
}

Result<Parts> curve_parts(EVP_PKEY* key, KeyKind kind, KeyPart part) {
  Parts parts;
  std::vector<const char*> names = {OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y};
  if (part == KeyPart::Private) names.push_back(OSSL_PKEY_PARAM_PRIV_KEY);
  for (const char* name : names) {
    const Number number = number_of(key, name);
    if (!number) return refuse("the key has no public point");
    parts.push_back(padded_bytes_of(number.get(), field_bytes(kind)));
  }
  return parts;
}

Result<Parts> curve25519_parts(EVP_PKEY* key, KeyPart part) {
  std::string x(32, '\0'), d(32, '\0');
  std::size_t size = x.size();
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(x.data()), &size) != 1)
    return refuse("the key has no public part");
  if (part == KeyPart::Public) return Parts{x};
  size = d.size();
  if (EVP_PKEY_get_raw_private_key(key, reinterpret_cast<unsigned char*>(d.data()), &size) != 1)
    return refuse("the key has no private part");
  return Parts{x, d};
}

}  // namespace

Result<Key> parse_key(KeyKind kind, KeyPart part, ByteView der) {
  if (!is_known(kind) || der.empty() || der.size() > kMaxKeyBytes)
    return refuse("the key is too large, or of no kind that is known here");
  const unsigned char* at = der.data();
  Key key;
  if (part == KeyPart::Public) {
    key.reset(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  } else {
    Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(
        d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
    if (info) key.reset(EVP_PKCS82PKEY(info.get()));
  }
  if (!key || at != der.data() + der.size()) return refuse("the bytes are no key");
  if (!is_of_kind(key.get(), kind, part)) return refuse("the key is of another kind or size");
  return key;
}

Result<std::string> make_key(KeyKind kind, int bits, ByteView exponent) {
  if (!is_known(kind)) return refuse("there is no such kind of key");
  if (kind == KeyKind::Rsa) {
    WWS_TRY(const Key key, make_rsa(bits, exponent));
    return encode(key, KeyPart::Private);
  }
  const Key key = make_curve(kind);
  if (!key) return refuse("no key could be made");
  return encode(key, KeyPart::Private);
}

Result<std::string> read_key(KeyKind kind, KeyPart part, ByteView der) {
  WWS_TRY(const Key key, parse_key(kind, part, der));
  return encode(key, part);
}

Result<std::string> public_key(KeyKind kind, ByteView private_der) {
  WWS_TRY(const Key key, parse_key(kind, KeyPart::Private, private_der));
  return encode(key, KeyPart::Public);
}

Result<Parts> key_parts(KeyKind kind, KeyPart part, ByteView der) {
  WWS_TRY(const Key key, parse_key(kind, part, der));
  if (kind == KeyKind::Rsa) return rsa_parts(key.get(), part);
  if (is_curve(kind)) return curve_parts(key.get(), kind, part);
  return curve25519_parts(key.get(), part);
}

Result<std::string> key_of_parts(KeyKind kind, KeyPart part, const std::vector<ByteView>& parts) {
  if (!is_known(kind)) return refuse("there is no such kind of key");
  if (std::ranges::any_of(parts, [](ByteView each) { return each.size() > kMaxRsaBits / 8; }))
    return refuse("a part of the key is too large");
  Result<Key> key = kind == KeyKind::Rsa ? rsa_of_parts(part, parts)
                    : is_curve(kind)     ? curve_of_parts(kind, part, parts)
                                         : curve25519_of_parts(kind, part, parts);
  if (!key) return fail(std::move(key).error());
  if (kind == KeyKind::Rsa && !is_affordable_rsa(key->get(), part))
    return refuse("the RSA key has not 256 to 8192 bits");
  if (kind == KeyKind::Rsa && part == KeyPart::Private && !factors_fit(key->get()))
    return refuse("the RSA key's factors do not fit its modulus");
  return encode(*key, part);
}

Result<std::string> key_of_point(KeyKind kind, ByteView point) {
  if (!is_known(kind) || kind == KeyKind::Rsa) return refuse("the key has no point");
  if (point.empty() || point.size() > kMaxKeyBytes) return refuse("the point is too large");
  Result<Key> key = is_curve(kind) ? point_key(kind, point, nullptr)
                                   : curve25519_of_parts(kind, KeyPart::Public, {point});
  if (!key) return fail(std::move(key).error());
  return encode(*key, KeyPart::Public);
}

Result<std::string> point_of_key(KeyKind kind, ByteView public_der) {
  if (kind == KeyKind::Rsa) return refuse("an RSA key has no point");
  WWS_TRY(const Parts parts, key_parts(kind, KeyPart::Public, public_der));
  return is_curve(kind) ? "\x04" + parts[0] + parts[1] : parts[0];
}

}  // namespace wws::bindings::crypto
