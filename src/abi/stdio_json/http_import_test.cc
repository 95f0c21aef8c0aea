#include "abi/stdio_json/http_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "abi/stdio_json/session.h"
#include "abi/wasi_p1/test_context.h"

namespace wws::abi::stdio_json {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using wasi_p1::test::i32;

constexpr std::uint32_t kArea = 2048, kHeaders = 512, kFirstFree = 3000;

// Keeps the request and answers when told.
class FakeOutbound final : public OutboundHttp {
 public:
  std::unique_ptr<OutboundCall> start(OutboundRequest request,
                                      std::function<void(OutboundResult)> done) override {
    requests.push_back(std::move(request));
    done_ = std::move(done);
    return std::make_unique<Handle>(*this);
  }
  void answer(OutboundResult result) { done_(std::move(result)); }

  std::vector<OutboundRequest> requests;
  int cancelled = 0;

 private:
  struct Handle final : OutboundCall {
    explicit Handle(FakeOutbound& o) : owner(o) {}
    ~Handle() override { ++owner.cancelled; }
    FakeOutbound& owner;
  };
  std::function<void(OutboundResult)> done_;
};

// A guest with an allocator, and the arguments of a right call: GET http://a/b with one header.
struct Guest {
  explicit Guest(bool with_outbound = true)
      : session(
            {}, [](std::string_view) {}, clock, random, timers,
            with_outbound ? &outbound : nullptr),
        context(4096, &session) {
    context.exports["canonical_abi_realloc"] = [this](std::span<const wasm::Value> values) {
      return allocate(values);
    };
    put(100, "http://a/b");
    put(120, "accept");
    put(130, "x/y");
    put_pair(kHeaders, 120, 6, 130, 3);
    arguments = {i32(0), i32(0), i32(0),   i32(kHeaders), i32(1),    i32(0),
                 i32(0), i32(0), i32(100), i32(10),       i32(kArea)};
  }

  Result<wasm::Value> allocate(std::span<const wasm::Value> values) {
    allocations.push_back({values[2].raw, values[3].raw});
    EXPECT_EQ(values[0].raw, 0u);
    EXPECT_EQ(values[1].raw, 0u);
    next = (next + values[2].raw - 1) / values[2].raw * values[2].raw;
    const std::uint64_t at = next;
    next += values[3].raw;
    if (context.bytes.size() < next) context.bytes.resize(next);  // grows, and moves
    return i32(static_cast<std::uint32_t>(at));
  }
  void put(std::uint32_t at, std::string_view text) {
    EXPECT_TRUE(context.memory().write(at, as_bytes(text)));
  }
  void put_pair(std::uint32_t at, std::uint32_t name, std::uint32_t name_size, std::uint32_t value,
                std::uint32_t value_size) {
    const std::array<std::uint32_t, 4> pair = {name, name_size, value, value_size};
    EXPECT_TRUE(context.memory().store(at, pair));
  }
  [[nodiscard]] std::uint32_t number(std::uint32_t at) {
    return context.memory().load<std::uint32_t>(at).value_or(0xdddddddd);
  }
  [[nodiscard]] int byte(std::uint32_t at) { return context.bytes.at(at); }
  [[nodiscard]] std::string text(std::uint32_t pointer_at) {
    const auto view = context.memory().view(number(pointer_at), number(pointer_at + 4));
    return view ? std::string(as_text(*view)) : "(outside)";
  }

  // Starts the call; the error when that ends the run.
  std::optional<Error> start() {
    auto started = http_import().suspending(context, arguments, waker);
    if (!started) return started.error();
    operation = std::move(*started);
    return std::nullopt;
  }
  wasm::HostResult complete() { return operation->complete(context, {}); }
  // What the guest is told when the call is refused without being sent.
  std::string refused(int kind) {
    const auto ended = start();
    if (ended) return "ended: " + ended->message();
    EXPECT_TRUE(outbound.requests.empty());
    EXPECT_EQ(waker->woken, 0);
    EXPECT_EQ(timers.started.size(), 1u) << "it is woken by the loop";
    EXPECT_FALSE(complete().has_value());
    EXPECT_EQ(byte(kArea), 1);
    EXPECT_EQ(byte(kArea + 4), kind);
    return text(kArea + 8);
  }
  std::string ended() {
    const auto error = start();
    if (!error) return "(went on)";
    EXPECT_EQ(error->kind(), ErrorKind::GuestFault);
    EXPECT_TRUE(outbound.requests.empty());
    return error->message();
  }
  // How the run ends when this response arrives.
  std::string ended_by(OutboundResponse response) {
    EXPECT_FALSE(start().has_value());
    outbound.answer(std::move(response));
    const wasm::HostResult result = complete();
    if (!result) return "(went on)";
    EXPECT_EQ(result->kind(), ErrorKind::GuestFault);
    return result->message();
  }

  io::ManualClock clock;
  io::CountingRandom random;
  wasi_p1::test::FakeTimers timers;
  FakeOutbound outbound;
  Session session;
  wasi_p1::test::FakeContext context;
  std::vector<wasm::Value> arguments;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> allocations;
  std::uint64_t next = kFirstFree;
  std::shared_ptr<wasi_p1::test::CountingWaker> waker =
      std::make_shared<wasi_p1::test::CountingWaker>();
  std::unique_ptr<wasm::Operation> operation;
};

TEST(HttpImport, HasTheNameAndTypeOfTheAbi) {
  const wasm::HostFunction function = http_import();
  EXPECT_EQ(function.module, "http");
  EXPECT_EQ(function.name, "send-http-request");
  EXPECT_EQ(function.type, "iiiiiiiiiii:");
}

TEST(HttpImport, SendsTheRequestAndLaysOutTheResponse) {
  Guest guest;
  ASSERT_FALSE(guest.start().has_value());
  ASSERT_EQ(guest.outbound.requests.size(), 1u);
  const OutboundRequest& request = guest.outbound.requests[0];
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.uri, "http://a/b");
  EXPECT_THAT(request.headers, ElementsAre(Pair("accept", "x/y")));
  EXPECT_FALSE(request.body.has_value());
  EXPECT_EQ(guest.waker->woken, 0);

  guest.outbound.answer(OutboundResponse{418, {{"a", "1"}, {"a", "22"}}, "tea"});
  EXPECT_EQ(guest.waker->woken, 1);
  ASSERT_FALSE(guest.complete().has_value());
  EXPECT_EQ(guest.byte(kArea), 0);
  EXPECT_EQ(guest.byte(kArea + 4), 1);
  EXPECT_EQ(guest.text(kArea + 8), "tea");
  EXPECT_EQ(guest.number(kArea + 20), 2u);
  EXPECT_EQ(guest.number(kArea + 24), 418u);
  const std::uint32_t list = guest.number(kArea + 16);
  EXPECT_EQ(list % 4, 0u);
  EXPECT_EQ(guest.text(list), "a");
  EXPECT_EQ(guest.text(list + 8), "1");
  EXPECT_EQ(guest.text(list + 16), "a");
  EXPECT_EQ(guest.text(list + 24), "22");
  EXPECT_THAT(guest.allocations,
              ElementsAre(Pair(1, 3), Pair(4, 32), Pair(1, 1), Pair(1, 1), Pair(1, 1), Pair(1, 2)));
}

TEST(HttpImport, SendsBodiesAndEveryMethod) {
  const char* const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"};
  for (std::uint32_t i = 0; i < 7; ++i) {
    Guest guest;
    guest.put(200, std::string_view("a\0\xff", 3));
    guest.arguments[0] = i32(1);
    guest.arguments[1] = i32(200);
    guest.arguments[2] = i32(3);
    guest.arguments[5] = i32(i);
    ASSERT_FALSE(guest.start().has_value());
    EXPECT_EQ(guest.outbound.requests[0].method, methods[i]);
    EXPECT_EQ(guest.outbound.requests[0].body, std::string("a\0\xff", 3));
  }
}

TEST(HttpImport, TellsEachKindOfError) {
  for (int kind = 0; kind < 7; ++kind) {
    Guest guest;
    ASSERT_FALSE(guest.start().has_value());
    guest.outbound.answer(
        std::unexpected(OutboundError{static_cast<OutboundErrorKind>(kind), "because"}));
    ASSERT_FALSE(guest.complete().has_value());
    EXPECT_EQ(guest.byte(kArea), 1);
    EXPECT_EQ(guest.byte(kArea + 4), kind);
    EXPECT_EQ(guest.text(kArea + 8), "because");
  }
}

TEST(HttpImport, AResponseMayGrowTheMemory) {
  Guest guest;
  ASSERT_FALSE(guest.start().has_value());
  const std::string large(100'000, 'x');
  guest.outbound.answer(OutboundResponse{200, {{"a", large}}, large});
  ASSERT_FALSE(guest.complete().has_value());
  EXPECT_EQ(guest.text(kArea + 8), large);
  EXPECT_EQ(guest.text(guest.number(kArea + 16) + 8), large);
}

TEST(HttpImport, AsksForNoRoomForNothing) {
  Guest guest;
  ASSERT_FALSE(guest.start().has_value());
  guest.outbound.answer(OutboundResponse{204, {}, ""});
  ASSERT_FALSE(guest.complete().has_value());
  EXPECT_THAT(guest.allocations, IsEmpty());
  EXPECT_EQ(guest.number(kArea + 12), 0u);
  EXPECT_EQ(guest.number(kArea + 20), 0u);
  EXPECT_EQ(guest.number(kArea + 16), 4u) << "aligned and not null";
}

TEST(HttpImport, UsesTheAllocatorOfNewerBindings) {
  Guest guest;
  auto node = guest.context.exports.extract("canonical_abi_realloc");
  node.key() = "cabi_realloc";
  guest.context.exports.insert(std::move(node));
  ASSERT_FALSE(guest.start().has_value());
  guest.outbound.answer(OutboundResponse{200, {}, "tea"});
  ASSERT_FALSE(guest.complete().has_value());
  EXPECT_EQ(guest.text(kArea + 8), "tea");
}

TEST(HttpImport, EndsTheRunOfAGuestWithoutAnAllocator) {
  Guest guest;
  guest.context.exports.clear();
  EXPECT_THAT(guest.ended_by({200, {}, "tea"}), HasSubstr("does not export canonical_abi_realloc"));
}

TEST(HttpImport, EndsTheRunWhenTheAllocatorLies) {
  for (const std::uint32_t place : {4094u, 0xffffffffu, 0u}) {
    Guest guest;
    guest.context.exports["canonical_abi_realloc"] = [place](std::span<const wasm::Value>) {
      return Result<wasm::Value>(i32(place));
    };
    EXPECT_THAT(guest.ended_by({200, {}, "tea"}), HasSubstr("the worker's allocator")) << place;
  }
  Guest guest;
  guest.context.exports["canonical_abi_realloc"] = [](std::span<const wasm::Value>) {
    return Result<wasm::Value>(i32(301));
  };
  EXPECT_THAT(guest.ended_by({200, {{"a", "b"}}, ""}), HasSubstr("not aligned"));
}

TEST(HttpImport, PassesOnAFaultOfTheAllocator) {
  Guest guest;
  guest.context.exports["canonical_abi_realloc"] = [](std::span<const wasm::Value>) {
    return Result<wasm::Value>(fail(ErrorKind::GuestFault, "unreachable"));
  };
  EXPECT_EQ(guest.ended_by({200, {}, "tea"}), "unreachable");
}

TEST(HttpImport, EndsTheRunOnBadPointersBeforeSending) {
  const auto with = [](std::size_t argument, std::uint32_t value) {
    Guest guest;
    guest.arguments[argument] = i32(value);
    return guest.ended();
  };
  EXPECT_THAT(with(8, 4090), HasSubstr("the URI (10 bytes at 4090)"));
  EXPECT_THAT(with(9, 0xffffffff), HasSubstr("the URI"));
  EXPECT_THAT(with(3, 4090), HasSubstr("the list of 1 headers"));
  EXPECT_THAT(with(3, 0xfffffff8), HasSubstr("the list of 1 headers"));
  EXPECT_THAT(with(10, 4072), HasSubstr("the return area at 4072"));
  EXPECT_THAT(with(10, 0xfffffffc), HasSubstr("the return area"));
  EXPECT_THAT(with(10, 2050), HasSubstr("not aligned"));
  EXPECT_THAT(with(5, 7), HasSubstr("there is no method 7"));
  EXPECT_THAT(with(0, 2), HasSubstr("the body's option is 2"));
  Guest body;
  body.arguments[0] = i32(1);
  body.arguments[1] = i32(4000);
  body.arguments[2] = i32(97);
  EXPECT_THAT(body.ended(), HasSubstr("the body (97 bytes at 4000)"));
  Guest name;
  name.put_pair(kHeaders, 4096, 1, 0, 0);
  EXPECT_THAT(name.ended(), HasSubstr("a header's name"));
  Guest value;
  value.put_pair(kHeaders, 120, 6, 0xffffffff, 0xffffffff);
  EXPECT_THAT(value.ended(), HasSubstr("a header's value"));
}

TEST(HttpImport, RefusesTooManyHeaders) {
  Guest guest;
  guest.arguments[4] = i32(101);
  EXPECT_THAT(guest.refused(0), HasSubstr("101 headers are too many"));
  Guest huge;
  huge.arguments[4] = i32(0xffffffff);
  EXPECT_THAT(huge.refused(0), HasSubstr("4294967295 headers"));
}

TEST(HttpImport, RefusesTooLargeARequestWithoutCopyingIt) {
  Guest guest;
  guest.context.bytes.resize(12u << 20);
  // The same bytes, counted twice.
  guest.put_pair(kHeaders, 0, 9u << 20, 0, 9u << 20);
  EXPECT_THAT(guest.refused(0), HasSubstr("larger than 16777216 bytes"));
}

TEST(HttpImport, RefusesEverythingWithoutOutboundHttp) {
  Guest guest(false);
  EXPECT_THAT(guest.refused(3), HasSubstr("not allowed for this worker"));
}

TEST(HttpImport, AnAbandonedRequestIsCancelled) {
  Guest guest;
  ASSERT_FALSE(guest.start().has_value());
  guest.operation.reset();
  EXPECT_EQ(guest.outbound.cancelled, 1);
}

TEST(HttpImport, SaysSoWhenThereIsNoRequest) {
  Guest guest;
  wasi_p1::test::FakeContext nobody(4096);
  const auto started = http_import().suspending(nobody, guest.arguments, guest.waker);
  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().kind(), ErrorKind::Internal);
}

}  // namespace
}  // namespace wws::abi::stdio_json
