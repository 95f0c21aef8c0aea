#include "git/write_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/read_file.h"
#include "git/temporary_folder.h"

namespace wws::git {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Entry {
  std::string mode;  // as git writes it: "100644"
  std::string name;
  git_oid id;
};

// A repository whose trees are written byte by byte: also those that git would never write.
class WriteTree : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(
        make_handle(repository_, git_repository_init, (place_.path() / "store.git").c_str(), 1u),
        0);
    fs::create_directory(out());
  }

  [[nodiscard]] git_oid put(std::string_view bytes, git_object_t type) {
    OdbHandle odb;
    git_oid id{};
    EXPECT_EQ(make_handle(odb, git_repository_odb, repository_.get()), 0);
    EXPECT_EQ(git_odb_write(&id, odb.get(), bytes.data(), bytes.size(), type), 0);
    return id;
  }
  [[nodiscard]] git_oid file(std::string_view text) { return put(text, GIT_OBJECT_BLOB); }
  [[nodiscard]] git_oid tree(const std::vector<Entry>& entries) {
    std::string bytes;
    for (const Entry& entry : entries) {
      bytes += entry.mode + " " + entry.name + '\0';
      bytes.append(reinterpret_cast<const char*>(entry.id.id), GIT_OID_SHA1_SIZE);
    }
    return put(bytes, GIT_OBJECT_TREE);
  }

  Result<std::vector<std::string>> write(const git_oid& id, const TreeLimits& limits = {}) {
    TreeHandle tree;
    const int code = make_handle(tree, git_tree_lookup, repository_.get(), &id);
    if (code < 0) return git_error(code, "lookup");
    return write_tree(repository_.get(), tree.get(), out(), limits);
  }
  std::string error_of(const git_oid& id, const TreeLimits& limits = {}) {
    const auto written = write(id, limits);
    return written ? "no error" : written.error().message();
  }
  [[nodiscard]] fs::path out() const { return place_.path() / "out"; }
  [[nodiscard]] std::string text_of(const char* name) const {
    return read_file(out() / name, 1000).value_or("missing");
  }

  Library library_;
  TemporaryFolder place_;
  RepositoryHandle repository_;
};

TEST_F(WriteTree, WritesFilesFoldersAndLinksInside) {
  const git_oid inner = tree({{"100644", "a.js", file("inner")}});
  const auto left_out = write(tree({{"100755", "run", file("#!")},
                                    {"40000", "sub", inner},
                                    {"120000", "zlink", file("sub/a.js")},
                                    {"120000", "zsub", file("sub/../sub")}}));
  ASSERT_TRUE(left_out) << left_out.error().to_string();
  EXPECT_THAT(*left_out, IsEmpty());
  EXPECT_EQ(text_of("sub/a.js"), "inner");
  EXPECT_EQ(text_of("zlink"), "inner");
  EXPECT_EQ(text_of("zsub/a.js"), "inner");
  EXPECT_NE(fs::status(out() / "run").permissions() & fs::perms::owner_exec, fs::perms::none);
}

TEST_F(WriteTree, LeavesOutLinksThatLeadOutByAnyWay) {
  const git_oid deep = tree({{"120000", "top", file("../..")}, {"120000", "up", file("top/..")}});
  const git_oid folder = tree({{"40000", "b", deep}});
  const auto left_out = write(tree({{"40000", "a", folder},
                                    {"120000", "absolute", file("/etc/passwd")},
                                    {"120000", "chain", file("absolute")},
                                    {"120000", "dangling", file("nowhere")},
                                    {"120000", "loop", file("loop")},
                                    {"120000", "public", file("../store.git")}}));
  ASSERT_TRUE(left_out) << left_out.error().to_string();
  const std::string out_text = ": a symbolic link that leads out of the repository";
  EXPECT_THAT(*left_out, ElementsAre("a/b/up" + out_text, "absolute" + out_text,
                                     "chain: a symbolic link to nothing",
                                     "dangling: a symbolic link to nothing",
                                     "loop: a symbolic link to nothing", "public" + out_text));
  EXPECT_TRUE(fs::is_symlink(out() / "a/b/top"));
  EXPECT_FALSE(fs::is_symlink(out() / "a/b/up"));
  EXPECT_FALSE(fs::is_symlink(out() / "public"));
}

TEST_F(WriteTree, SaysThatSubmodulesAreNotThere) {
  const auto left_out = write(tree({{"160000", "lib", file("any id")}}));
  ASSERT_TRUE(left_out) << left_out.error().to_string();
  EXPECT_THAT(*left_out, ElementsAre("lib: a submodule, which is not fetched"));
}

TEST_F(WriteTree, ALinkAndAFolderOfOneNameLeadNowhere) {
  fs::create_directory(place_.path() / "outside");
  const git_oid inner = tree({{"100644", "evil", file("x")}});
  EXPECT_THAT(error_of(tree({{"120000", "a", file("../outside")}, {"40000", "a", inner}})),
              HasSubstr("'a' twice"));
  EXPECT_FALSE(fs::exists(place_.path() / "outside" / "evil"));
}

TEST_F(WriteTree, RefusesNamesThatGitWouldNotCheckOut) {
  for (const char* name : {"..", ".", ".git", ".GIT", "a/b"})
    EXPECT_THAT(error_of(tree({{"100644", name, file("x")}})), HasSubstr("malformed")) << name;
  EXPECT_TRUE(fs::is_empty(out()));
}

TEST_F(WriteTree, IsBoundedInBytesFilesAndDepth) {
  const git_oid big = file(std::string(2000, 'x'));
  EXPECT_THAT(error_of(tree({{"100644", "big", big}}), {.bytes = 1999}),
              HasSubstr("more than 1999 bytes"));
  EXPECT_FALSE(fs::exists(out() / "big"));
  EXPECT_THAT(error_of(tree({{"100644", "a", big}, {"100644", "b", big}}), {.entries = 1}),
              HasSubstr("more than 1 files"));
  fs::remove_all(out());
  fs::create_directory(out());
  git_oid nested = tree({});
  for (int i = 0; i < 4; ++i) nested = tree({{"40000", "d", nested}});
  EXPECT_THAT(error_of(nested, {.depth = 3}), HasSubstr("more than 3 deep"));
}

TEST_F(WriteTree, AMissingObjectIsAnError) {
  git_oid nothing{};
  EXPECT_THAT(error_of(tree({{"100644", "a.js", nothing}})), HasSubstr("a.js cannot be read"));
  EXPECT_THAT(error_of(tree({{"120000", "link", file("")}})), HasSubstr("link to no name"));
}

}  // namespace
}  // namespace wws::git
