#include "git/checkout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/read_file.h"
#include "git/test_origin.h"

namespace wws::git {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class CheckoutTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Checkout>> make(Reference reference = {}, const std::string& folder = "") {
    CheckoutRequest request;
    request.url = origin_.url();
    request.reference = std::move(reference);
    request.folder = folder;
    request.cache = place_.path() / "cache" / "git";
    return Checkout::make(request);
  }
  std::string error_of(const Reference& reference, const std::string& folder = "") {
    const auto made = make(reference, folder);
    return made ? "no error" : made.error().message();
  }
  static std::string text_of(const Checkout& checkout, const char* name = "index.js") {
    return read_file(checkout.root() / name, 1000).value_or("missing");
  }
  [[nodiscard]] fs::path store() const {
    for (const auto& entry : fs::directory_iterator(place_.path() / "cache" / "git"))
      return entry.path();
    return {};
  }

  TestOrigin origin_;
  TemporaryFolder place_;
};

TEST_F(CheckoutTest, ServesTheBranchThatTheRemoteNames) {
  origin_.commit("main", {{"index.js", "main"}});
  const std::string id = origin_.commit("trunk", {{"index.js", "trunk"}});
  origin_.set_head("trunk");
  const auto checkout = make();
  ASSERT_TRUE(checkout) << checkout.error().to_string();
  EXPECT_EQ((*checkout)->commit(), id);
  EXPECT_EQ(text_of(**checkout), "trunk");
  EXPECT_EQ(fs::status(store()).permissions(), fs::perms::owner_all);
}

TEST_F(CheckoutTest, TakesABranchATagAndACommit) {
  const std::string first = origin_.commit("main", {{"index.js", "first"}});
  origin_.tag("v1", first);
  origin_.commit("main", {{"index.js", "second"}});
  origin_.commit("topic/x", {{"index.js", "topic"}});
  EXPECT_EQ(text_of(**make({ReferenceKind::Branch, "topic/x"})), "topic");
  EXPECT_EQ(text_of(**make({ReferenceKind::Tag, "v1"})), "first");
  EXPECT_EQ(text_of(**make({ReferenceKind::Commit, first})), "first");
  EXPECT_EQ(text_of(**make({ReferenceKind::Commit, first.substr(0, 9)})), "first");
  EXPECT_EQ(text_of(**make({ReferenceKind::Branch, "main"})), "second");
}

TEST_F(CheckoutTest, AnUpdateDoesNotDisturbWhoServesTheOldFiles) {
  origin_.commit("main", {{"index.js", "old"}});
  origin_.set_head("main");
  auto old = make();
  ASSERT_TRUE(old) << old.error().to_string();
  const fs::path old_root = (*old)->root();
  origin_.commit("main", {{"index.js", "new"}});
  const auto now = make();
  ASSERT_TRUE(now) << now.error().to_string();
  EXPECT_EQ(text_of(**now), "new");
  EXPECT_EQ(text_of(**old), "old");
  old->reset();
  ASSERT_TRUE(make());
  EXPECT_FALSE(fs::exists(old_root)) << "nobody uses it any more";
  EXPECT_EQ(text_of(**now), "new");
}

TEST_F(CheckoutTest, ACommitThatIsHereNeedsNoRemote) {
  const std::string id = origin_.commit("main", {{"index.js", "here"}});
  ASSERT_TRUE(make({ReferenceKind::Branch, "main"}));
  fs::rename(origin_.url(), origin_.url() + ".gone");
  EXPECT_EQ(text_of(**make({ReferenceKind::Commit, id})), "here");
  EXPECT_THAT(error_of({ReferenceKind::Branch, "main"}), StartsWith("Git error: "));
  fs::rename(origin_.url() + ".gone", origin_.url());
}

TEST_F(CheckoutTest, ADamagedCopyIsMadeAnew) {
  origin_.commit("main", {{"index.js", "whole"}});
  ASSERT_TRUE(make({ReferenceKind::Branch, "main"}));
  fs::remove(store() / "objects.git" / "HEAD");
  fs::remove_all(store() / "trees");
  const auto checkout = make({ReferenceKind::Branch, "main"});
  ASSERT_TRUE(checkout) << checkout.error().to_string();
  EXPECT_EQ(text_of(**checkout), "whole");
}

TEST_F(CheckoutTest, WhatACutStartLeftIsReplaced) {
  const std::string id = origin_.commit("main", {{"index.js", "whole"}});
  ASSERT_TRUE(make({ReferenceKind::Branch, "main"}));
  const fs::path tree = store() / "trees" / id;
  fs::rename(tree, tree.string() + ".new");
  std::ofstream(tree.string() + ".new/half.js") << "half";
  const auto checkout = make({ReferenceKind::Branch, "main"});
  ASSERT_TRUE(checkout) << checkout.error().to_string();
  EXPECT_EQ(text_of(**checkout, "half.js"), "missing");
}

TEST_F(CheckoutTest, AFolderOfTheRepositoryIsServedAlone) {
  origin_.commit("main", {{"index.js", "top"}, {"site/index.js", "inner"}});
  const Reference main{ReferenceKind::Branch, "main"};
  EXPECT_EQ(text_of(**make(main, "site")), "inner");
  EXPECT_EQ(text_of(**make(main, "./site/")), "inner");
  for (const char* folder : {"..", "site/../..", "site/../site", "/etc"})
    EXPECT_THAT(error_of(main, folder), HasSubstr("leads out of the repository")) << folder;
  for (const char* folder : {"nowhere", "index.js"})
    EXPECT_THAT(error_of(main, folder), HasSubstr("is no folder of the repository")) << folder;
}

TEST_F(CheckoutTest, WhatTheRemoteDoesNotHaveIsNamed) {
  origin_.commit("main", {{"index.js", "x"}});
  origin_.set_head("other");
  EXPECT_EQ(error_of({ReferenceKind::Branch, "mian"}),
            "Git error: the remote has no branch 'mian'; it has: main");
  EXPECT_EQ(error_of({ReferenceKind::Tag, "v9"}),
            "Git error: the remote has no tag 'v9'; it has: none");
  EXPECT_THAT(error_of({ReferenceKind::Commit, "0123456"}), HasSubstr("has the commit 0123456"));
  EXPECT_THAT(error_of({ReferenceKind::Commit, "main"}), HasSubstr("is no commit"));
  EXPECT_THAT(error_of({}), HasSubstr("Couldn't find the default main branch"));
}

TEST_F(CheckoutTest, WhatIsLeftOutIsSaidAtEveryStart) {
  origin_.commit("main", {{"index.js", "x"}});
  const Reference main{ReferenceKind::Branch, "main"};
  ASSERT_TRUE(make(main));
  EXPECT_TRUE((*make(main))->left_out().empty());
  const std::string id = (*make(main))->commit();
  std::ofstream(store() / "trees" / (id + ".left-out")) << "a: a submodule, which is not fetched\n";
  EXPECT_THAT((*make(main))->left_out(),
              testing::ElementsAre("a: a submodule, which is not fetched"));
}

}  // namespace
}  // namespace wws::git
