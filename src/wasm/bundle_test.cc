#include <gmock/gmock.h>

#include "wasm/bundle_module.h"
#include "wasm/test_guests.h"

namespace wws::wasm {
namespace {

using test::f64;
using test::Harness;
using test::i32;
using test::i64;
using test::kScribbler;

class BundleTest : public testing::Test {
 protected:
  Harness harness_{RestoreMode::Auto};
  std::shared_ptr<const Program> program_ = harness_.program(kScribbler);
  std::string wasm_ = wat_to_wasm(kScribbler).value();

  std::string make() {
    auto lease = harness_.lease(program_);
    EXPECT_TRUE(harness_.call(*lease, "poke", {i32(1'000'000), i32(42)}).has_value());
    EXPECT_TRUE(harness_.call(*lease, "set_globals", {i32(5), i64(-6), f64(7)}).has_value());
    auto image = lease->snapshot().value();
    auto bundle = harness_.runtime->bundle(as_bytes(wasm_), *program_, *image);
    EXPECT_TRUE(bundle.has_value()) << bundle.error().to_string();
    return std::move(*bundle);
  }
};

TEST_F(BundleTest, ALoadedBundleStartsFromTheImageAndIsRestoredToIt) {
  const std::string bundle = make();
  EXPECT_LT(bundle.size(), 200'000U);
  Harness other(RestoreMode::Auto);
  const auto program = other.runtime->load_bundle(as_bytes(bundle), {});
  ASSERT_TRUE(program.has_value()) << program.error().to_string();
  EXPECT_TRUE((*program)->kept());
  for (int round = 0; round < 3; ++round) {
    auto lease = other.lease(*program);
    EXPECT_EQ(other.call(*lease, "peek", {i32(1'000'000)})->i32, 42);
    EXPECT_EQ(std::string(as_text(*lease->memory().view(1024, 21))), "the image's own bytes");
    EXPECT_EQ(other.call(*lease, "sp")->i32, 5);
    EXPECT_EQ(other.call(*lease, "counter")->i64, -6);
    EXPECT_EQ(other.call(*lease, "float")->f64, 7);
    ASSERT_TRUE(other.call(*lease, "fill", {i32(0), i32(1), i32(2'000'000)}));
    ASSERT_TRUE(other.call(*lease, "set_globals", {i32(1), i64(1), f64(1)}));
  }
  EXPECT_EQ(other.pool->stats().restored, 3U);
}

TEST_F(BundleTest, AModuleIsBundledAsItIsInstantiated) {
  const auto bundle = bundle_module(as_bytes(wasm_));
  ASSERT_TRUE(bundle.has_value()) << bundle.error().to_string();
  Harness other(RestoreMode::Auto);
  const auto program = other.runtime->load_bundle(as_bytes(*bundle), {});
  ASSERT_TRUE(program.has_value()) << program.error().to_string();
  auto lease = other.lease(*program);
  auto plain = harness_.lease(program_);
  EXPECT_EQ(std::string(as_text(*lease->memory().view(1024, 21))), "the image's own bytes");
  for (const char* global : {"sp", "counter", "float"})
    EXPECT_EQ(other.call(*lease, global)->raw, harness_.call(*plain, global)->raw) << global;
}

TEST_F(BundleTest, ABundleThatIsNotWholeIsRefused) {
  const std::string bundle = make();
  for (std::size_t length = 0; length < bundle.size(); length += length < 200 ? 1 : 97)
    EXPECT_FALSE(harness_.runtime->load_bundle(as_bytes(bundle.substr(0, length)), {}).has_value())
        << length;
  EXPECT_FALSE(harness_.runtime->load_bundle(as_bytes(bundle + "x"), {}).has_value());
}

TEST_F(BundleTest, ABundleOfAnotherVersionIsRefused) {
  for (const std::size_t at : {std::size_t{7}, std::size_t{13}}) {  // the format's, the engine's
    std::string other = make();
    other[at] = static_cast<char>(other[at] ^ 1);
    EXPECT_FALSE(harness_.runtime->load_bundle(as_bytes(other), {}).has_value()) << at;
  }
}

TEST_F(BundleTest, AnUnprovenModuleIsRefusedWithItsReasons) {
  const auto wasm = wat_to_wasm(
                        "(module (memory 1) (table 1 funcref) (func (param funcref) (table.set "
                        "(i32.const 0) (local.get 0))))")
                        .value();
  const auto bundle = harness_.runtime->bundle(as_bytes(wasm), *program_, *program_->base_image());
  ASSERT_FALSE(bundle.has_value());
  EXPECT_EQ(bundle.error().kind(), ErrorKind::Invalid);
  EXPECT_THAT(bundle.error().message(), testing::HasSubstr("table.set"));
}

}  // namespace
}  // namespace wws::wasm
