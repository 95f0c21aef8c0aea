#include "abi/stdio_json/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "abi/wasi_p1/test_context.h"

namespace wws::abi::stdio_json {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kResponse = R"({"data":"ok","headers":{},"status":201,"kv":{}})";

struct Finished {
  void write(std::string_view output) { session.wasi().append_output(as_bytes(output)); }

  std::vector<std::string> lines;
  io::ManualClock clock;
  io::CountingRandom random;
  wasi_p1::test::FakeTimers timers;
  Session session{{},     [this](std::string_view line) { lines.emplace_back(line); },
                  clock,  random,
                  timers, nullptr};
};
const Error kExit(ErrorKind::GuestFault, "the worker exited");

TEST(Session, ReadsTheResponseOfACleanRun) {
  Finished run;
  run.write(kResponse);
  const auto response = run.session.finish(std::nullopt);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 201);
}

TEST(Session, ExitWithZeroIsSuccess) {
  Finished run;
  run.write(kResponse);
  run.session.wasi().set_exit_code(0);
  EXPECT_EQ(run.session.finish(kExit).value().body, "ok");
}

TEST(Session, ExitWithAnotherCodeIsTheWorkersFault) {
  Finished run;
  run.write(kResponse);
  run.session.wasi().set_exit_code(3);
  const auto response = run.session.finish(kExit);
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind(), ErrorKind::GuestFault);
  EXPECT_EQ(response.error().message(), "the worker exited with code 3");
}

TEST(Session, AnotherEndIsPassedOnEvenAfterAResponse) {
  Finished run;
  run.write(kResponse);
  const auto response = run.session.finish(Error(ErrorKind::TimedOut, "too slow"));
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind(), ErrorKind::TimedOut);
}

TEST(Session, HandsOverTheLastLineOfStderr) {
  Finished run;
  run.session.wasi().errors().write(as_bytes("half a line"));
  EXPECT_FALSE(run.session.finish(std::nullopt).has_value());
  EXPECT_THAT(run.lines, ElementsAre("half a line"));
}

TEST(EntryPoints, FollowTheKindOfModule) {
  const auto of = [](std::set<std::string, std::less<>> exports) {
    return entry_points([exports](std::string_view name) { return exports.contains(name); });
  };
  EXPECT_THAT(of({"_start", "memory"}).value(), ElementsAre("_start"));
  EXPECT_THAT(of({"_initialize"}).value(), ElementsAre("_initialize"));
  EXPECT_THAT(of({"_initialize", ""}).value(), ElementsAre("_initialize", ""));
  EXPECT_THAT(of({""}).value(), ElementsAre(""));
  EXPECT_THAT(of({"main"}).value(), IsEmpty());
  const auto both = of({"_start", "_initialize"});
  ASSERT_FALSE(both.has_value());
  EXPECT_THAT(both.error().message(), HasSubstr("both _start and _initialize"));
}

TEST(HostFunctions, HoldWasiAndHttpOnce) {
  std::set<std::string> names;
  for (const wasm::HostFunction& one : host_functions())
    EXPECT_TRUE(names.insert(one.module + "." + one.name).second) << one.name;
  EXPECT_TRUE(names.contains("http.send-http-request"));
  EXPECT_TRUE(names.contains("wasi_snapshot_preview1.fd_write"));
}

}  // namespace
}  // namespace wws::abi::stdio_json
