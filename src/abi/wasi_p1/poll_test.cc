#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "abi/wasi_p1/test_context.h"
#include "abi/wasi_p1/wasi.h"

namespace wws::abi::wasi_p1 {
namespace {

using std::chrono::nanoseconds;
using test::Guest;
using test::i32;
using ::testing::HasSubstr;

constexpr int kBadf = 8, kFault = 21, kInval = 28;
constexpr std::uint32_t kSubscriptions = 256, kEvents = 2048, kCount = 8;

// A poll of the guest under way.
struct Poll {
  Poll(Guest& owner, std::uint32_t count, std::uint32_t subscriptions = kSubscriptions,
       std::uint32_t events = kEvents, std::uint32_t count_at = kCount,
       std::string_view module = "wasi_snapshot_preview1")
      : guest(owner), waker(std::make_shared<test::CountingWaker>()) {
    const std::vector<wasm::Value> arguments = {i32(subscriptions), i32(events), i32(count),
                                                i32(count_at)};
    auto started = guest.find(module, "poll_oneoff")->suspending(guest.context, arguments, waker);
    EXPECT_TRUE(started.has_value());
    if (started) operation = std::move(*started);
  }
  // The errno, or -1 when the run ended.
  int complete() {
    std::vector<wasm::Value> results(4, i32(99));
    ended = operation->complete(guest.context, results);
    return ended ? -1 : results[0].i32;
  }
  [[nodiscard]] nanoseconds waits() const { return guest.timers.started.back()->after; }

  Guest& guest;
  std::shared_ptr<test::CountingWaker> waker;
  std::unique_ptr<wasm::Operation> operation;
  wasm::HostResult ended;
};

void put_clock(Guest& guest, std::uint32_t index, std::uint64_t user_data, std::uint32_t clock,
               std::uint64_t timeout, std::uint16_t flags = 0) {
  const std::uint32_t at = kSubscriptions + 48 * index;
  guest.put_number(at, user_data);
  guest.put_number(at + 8, std::uint8_t{0});
  guest.put_number(at + 16, clock);
  guest.put_number(at + 24, timeout);
  guest.put_number(at + 40, flags);
}
void put_stream(Guest& guest, std::uint32_t index, std::uint8_t tag, std::uint32_t descriptor) {
  const std::uint32_t at = kSubscriptions + 48 * index;
  guest.put_number(at, std::uint64_t{7});
  guest.put_number(at + 8, tag);
  guest.put_number(at + 16, descriptor);
}

TEST(Poll, WaitsForAClockAndTellsTheEvent) {
  Guest guest;
  put_clock(guest, 0, 42, 1, 5'000'000);
  Poll poll(guest, 1);
  EXPECT_EQ(poll.waits(), nanoseconds(5'000'000));
  EXPECT_EQ(poll.waker->woken, 0) << "the fiber waits, not the thread";
  EXPECT_EQ(poll.complete(), 0);
  EXPECT_EQ(guest.number(kCount), 1u);
  EXPECT_EQ(guest.number<std::uint64_t>(kEvents), 42u);
  EXPECT_EQ(guest.number<std::uint16_t>(kEvents + 8), 0);
  EXPECT_EQ(guest.number<std::uint8_t>(kEvents + 10), 0);
}

TEST(Poll, WaitsForTheEarliestAndTellsOnlyThat) {
  Guest guest;
  put_clock(guest, 0, 1, 1, 9'000'000);
  put_clock(guest, 1, 2, 0, 3'000'000);
  put_clock(guest, 2, 3, 1, 3'000'000);
  Poll poll(guest, 3);
  EXPECT_EQ(poll.waits(), nanoseconds(3'000'000));
  EXPECT_EQ(poll.complete(), 0);
  EXPECT_EQ(guest.number(kCount), 2u);
  EXPECT_EQ(guest.number<std::uint64_t>(kEvents), 2u);
  EXPECT_EQ(guest.number<std::uint64_t>(kEvents + 32), 3u);
}

TEST(Poll, KnowsAbsoluteTimes) {
  Guest guest;
  put_clock(guest, 0, 1, 0, 1'700'000'001'123'400'000u, 1);
  EXPECT_EQ(Poll(guest, 1).waits(), nanoseconds(1'000'000'000));
  put_clock(guest, 0, 1, 1, 1'100'000, 1);
  EXPECT_EQ(Poll(guest, 1).waits(), nanoseconds(1'000'000));
  put_clock(guest, 0, 1, 0, 5, 1);
  EXPECT_EQ(Poll(guest, 1).waits(), nanoseconds(0)) << "long gone";
}

TEST(Poll, StreamsAreReadyAtOnce) {
  Guest guest({.input = "abc"});
  put_stream(guest, 0, 1, 0);
  put_stream(guest, 1, 2, 1);
  put_clock(guest, 2, 9, 1, 1'000'000'000);
  Poll poll(guest, 3);
  EXPECT_EQ(poll.waits(), nanoseconds(0));
  EXPECT_EQ(poll.complete(), 0);
  EXPECT_EQ(guest.number(kCount), 2u);
  EXPECT_EQ(guest.number<std::uint8_t>(kEvents + 10), 1);
  EXPECT_EQ(guest.number<std::uint64_t>(kEvents + 16), 3u);
  EXPECT_EQ(guest.number<std::uint8_t>(kEvents + 42), 2);
}

TEST(Poll, TellsBadSubscriptionsAsEvents) {
  Guest guest;
  put_stream(guest, 0, 1, 5);
  put_stream(guest, 1, 2, 0);
  put_clock(guest, 2, 9, 3, 1'000'000);
  put_clock(guest, 3, 9, 1, 1'000'000, 2);
  Poll poll(guest, 4);
  EXPECT_EQ(poll.complete(), 0);
  EXPECT_EQ(guest.number(kCount), 4u);
  EXPECT_EQ(guest.number<std::uint16_t>(kEvents + 8), kBadf);
  EXPECT_EQ(guest.number<std::uint16_t>(kEvents + 40), kBadf);
  EXPECT_EQ(guest.number<std::uint16_t>(kEvents + 72), kInval);
  EXPECT_EQ(guest.number<std::uint16_t>(kEvents + 104), kInval);
}

TEST(Poll, RefusesWhatItCannotWaitFor) {
  Guest guest;
  put_clock(guest, 0, 1, 1, 1);
  EXPECT_EQ(Poll(guest, 0).complete(), kInval) << "nothing";
  EXPECT_EQ(Poll(guest, 129).complete(), kInval);
  EXPECT_EQ(Poll(guest, 0xffffffff).complete(), kInval);
  EXPECT_EQ(Poll(guest, 1, 4096 - 47).complete(), kFault);
  EXPECT_EQ(Poll(guest, 1, kSubscriptions, 4096 - 31).complete(), kFault);
  EXPECT_EQ(Poll(guest, 1, kSubscriptions, kEvents, 4093).complete(), kFault);
  guest.put_number(kSubscriptions + 8, std::uint8_t{3});
  EXPECT_EQ(Poll(guest, 1).complete(), kInval) << "an unknown kind";
}

TEST(Poll, AMemoryThatShrankUnderItIsAFault) {
  Guest guest;
  put_clock(guest, 0, 1, 1, 1);
  Poll poll(guest, 1);
  guest.context.bytes.resize(kEvents);
  EXPECT_EQ(poll.complete(), kFault);
}

TEST(Poll, SleepPastTheLimitEndsTheRunAtTheLimit) {
  Guest guest({.max_wall = std::chrono::seconds(2)});
  guest.clock.advance(std::chrono::milliseconds(500));
  put_clock(guest, 0, 1, 1, ~std::uint64_t{0});
  Poll poll(guest, 1);
  EXPECT_EQ(poll.waits(), std::chrono::microseconds(1'499'900));
  EXPECT_EQ(poll.complete(), -1);
  EXPECT_EQ(poll.ended->kind(), ErrorKind::TimedOut);
  EXPECT_THAT(poll.ended->message(), HasSubstr("past its time limit"));
  guest.clock.advance(std::chrono::seconds(5));
  EXPECT_EQ(Poll(guest, 1).waits(), nanoseconds(0));
}

TEST(Poll, AnAbandonedWaitIsCancelled) {
  Guest guest;
  put_clock(guest, 0, 1, 1, 5'000'000);
  Poll poll(guest, 1);
  EXPECT_FALSE(guest.timers.started.back()->cancelled);
  poll.operation.reset();
  EXPECT_TRUE(guest.timers.started.back()->cancelled);
}

TEST(Poll, KnowsTheOlderLayout) {
  Guest guest;
  guest.put_number(kSubscriptions, std::uint64_t{42});
  guest.put_number(kSubscriptions + 8, std::uint8_t{0});
  guest.put_number(kSubscriptions + 16, std::uint64_t{77});  // an identifier
  guest.put_number(kSubscriptions + 24, std::uint32_t{1});
  guest.put_number(kSubscriptions + 32, std::uint64_t{1'000'000});
  Poll poll(guest, 1, kSubscriptions, kEvents, kCount, "wasi_unstable");
  EXPECT_EQ(poll.waits(), nanoseconds(1'000'000));
  EXPECT_EQ(poll.complete(), 0);
  EXPECT_EQ(guest.number<std::uint64_t>(kEvents), 42u);
}

TEST(Poll, SaysSoWhenThereIsNoRequest) {
  const Guest guest;
  test::FakeContext nobody(64);
  const std::vector<wasm::Value> arguments(4);
  const auto started = guest.find("wasi_snapshot_preview1", "poll_oneoff")
                           ->suspending(nobody, arguments, std::make_shared<test::CountingWaker>());
  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().kind(), ErrorKind::Internal);
}

}  // namespace
}  // namespace wws::abi::wasi_p1
