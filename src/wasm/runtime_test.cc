#include "wasm/runtime.h"

#include <cstring>
#include <random>

#include <gmock/gmock.h>

#include "wasm/test_guests.h"

namespace wws::wasm {
namespace {

using test::f64;
using test::Harness;
using test::i32;
using test::i64;
using test::kScribbler;
using testing::HasSubstr;

constexpr int kBytes = 32 * 65536;

class RestoreTest : public testing::TestWithParam<RestoreMode> {
 protected:
  Harness harness_{GetParam()};
  std::shared_ptr<const Program> program_ = harness_.program(kScribbler);

  // A new lease must find the image, whatever was done before.
  void expect_untouched(std::shared_ptr<const Image> image = nullptr) {
    auto lease = harness_.lease(program_, std::move(image));
    EXPECT_EQ(harness_.call(*lease, "size")->i32, 32);
    EXPECT_EQ(harness_.call(*lease, "sp")->i32, 65536);
    EXPECT_EQ(harness_.call(*lease, "counter")->i64, 7);
    EXPECT_EQ(harness_.call(*lease, "float")->f64, 1.5);
    expect_base_bytes(lease->memory());
  }
  static void expect_base_bytes(const GuestMemory& memory) {
    std::string expected(kBytes, '\0');
    std::memcpy(expected.data() + 1024, "the image's own bytes", 21);
    std::memcpy(expected.data() + 70000, "and some more", 13);
    ASSERT_EQ(memory.size(), expected.size());
    EXPECT_EQ(std::memcmp(memory.view(0, kBytes)->data(), expected.data(), expected.size()), 0);
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, RestoreTest, testing::Values(RestoreMode::Auto, RestoreMode::Fresh),
                         [](const auto& mode) {
                           return std::string(mode.param == RestoreMode::Auto ? "Kept" : "Fresh");
                         });

TEST_P(RestoreTest, AFreshLeaseHoldsTheDataSegments) { expect_untouched(); }

TEST_P(RestoreTest, AWriteIsGoneInTheNextLease) {
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "poke", {i32(1024), i32(-1)}));
    EXPECT_EQ(harness_.call(*lease, "peek", {i32(1024)})->i32, -1);
  }
  expect_untouched();
}

TEST_P(RestoreTest, EveryByteOverwrittenIsPutBack) {
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "fill", {i32(0), i32(0xaa), i32(kBytes)}));
  }
  expect_untouched();
}

TEST_P(RestoreTest, GlobalsArePutBack) {
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "set_globals", {i32(1), i64(2), f64(3)}));
  }
  expect_untouched();
}

}  // namespace
}  // namespace wws::wasm
