#include "bundler/mistakes.h"

#include <gmock/gmock.h>

#include "bundler/node_modules.h"

namespace wws::bundler {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

Message message(std::string text) { return {std::move(text), "api/a.ts", {3, 5}, "let y = ;"}; }

TEST(Mistakes, AreShownWithTheirPlaceAndLine) {
  EXPECT_EQ(text_of(message("Unexpected \";\"")),
            "api/a.ts:3:5: Unexpected \";\"\n"
            "  > 3 | let y = ;\n"
            "      |     ^");
  EXPECT_EQ(text_of({"No entry", "", {}, ""}), "No entry");
}

TEST(Mistakes, OfImportsNameTheWayOut) {
  EXPECT_THAT(text_of(message("Could not resolve \"hono\"")), HasSubstr("run `npm install hono`"));
  EXPECT_THAT(text_of(message("Could not resolve \"./b\"")), HasSubstr("there is no such file"));
  EXPECT_THAT(text_of(message("Could not resolve \"cloudflare:sockets\"")),
              HasSubstr("cannot import \"cloudflare:sockets\""));
}

TEST(Mistakes, AreManyAtOnceButNotAll) {
  const std::vector<Message> two = {message("One"), message("Two")};
  EXPECT_THAT(error_of(two).to_string(), HasSubstr("One"));
  EXPECT_THAT(error_of(two).to_string(), HasSubstr("Two"));
  EXPECT_EQ(error_of(two).kind(), ErrorKind::GuestFault);
  const std::vector<Message> many(40, message("Many"));
  EXPECT_THAT(error_of(many).to_string(), EndsWith("and 30 more"));
}

TEST(Mistakes, TellNodesModulesFromOthers) {
  const Message fs = message("Could not resolve \"node:fs\"");
  const Message net = message("Could not resolve \"net\"");
  EXPECT_THAT(missing_node_modules({fs, net, fs}), ElementsAre("node:fs", "net"));
  EXPECT_THAT(missing_node_modules({fs, message("Could not resolve \"hono\"")}), IsEmpty());
  EXPECT_THAT(missing_node_modules({fs, message("Unexpected \";\"")}), IsEmpty());
  EXPECT_THAT(missing_node_modules({}), IsEmpty());
}

TEST(NodeModules, AreThereOrMissingWithAndWithoutThePrefix) {
  for (const char* name : {"fs", "node:fs", "fs/promises", "node:http", "node:anything"})
    EXPECT_TRUE(is_missing_node_module(name)) << name;
  for (const char* name : {"buffer", "node:buffer", "node:async_hooks", "hono", "fsevents", "./fs"})
    EXPECT_FALSE(is_missing_node_module(name)) << name;
  for (const NodeModule& module : node_modules()) EXPECT_FALSE(is_missing_node_module(module.name));
  EXPECT_THAT(std::string(way_out("node:fs/promises")), HasSubstr("no files"));
}

}  // namespace
}  // namespace wws::bundler
