// For tests: a remote repository in a folder of this machine, written object by object.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "git/handles.h"
#include "git/temporary_folder.h"

namespace wws::git {

class TestOrigin final {
 public:
  TestOrigin() { EXPECT_EQ(make_handle(repository_, git_repository_init, url().c_str(), 1u), 0); }

  [[nodiscard]] std::string url() const { return (place_.path() / "origin.git").string(); }

  // A commit of exactly these files on the branch, after the one that is there.
  std::string commit(const std::string& branch, const std::map<std::string, std::string>& files) {
    const std::string name = "refs/heads/" + branch;
    std::string text = "tree " + hex(tree_of(files)) + "\n";
    git_oid parent{};
    if (git_reference_name_to_id(&parent, repository_.get(), name.c_str()) == 0)
      text += "parent " + hex(parent) + "\n";
    text +=
        "author T <t@example.org> 1700000000 +0000\n"
        "committer T <t@example.org> 1700000000 +0000\n\nA change.\n";
    const git_oid id = put(text, GIT_OBJECT_COMMIT);
    set(name, id);
    return hex(id);
  }
  void tag(const std::string& name, const std::string& commit) {
    const git_oid id = put("object " + commit + "\ntype commit\ntag " + name +
                               "\ntagger T <t@example.org> 1700000000 +0000\n\nA release.\n",
                           GIT_OBJECT_TAG);
    set("refs/tags/" + name, id);
  }
  void set_head(const std::string& branch) {
    EXPECT_EQ(git_repository_set_head(repository_.get(), ("refs/heads/" + branch).c_str()), 0);
  }

 private:
  git_oid put(const std::string& bytes, git_object_t type) {
    OdbHandle odb;
    git_oid id{};
    EXPECT_EQ(make_handle(odb, git_repository_odb, repository_.get()), 0);
    EXPECT_EQ(git_odb_write(&id, odb.get(), bytes.data(), bytes.size(), type), 0);
    return id;
  }
  // Names may have one folder: "site/index.js".
  git_oid tree_of(const std::map<std::string, std::string>& files) {
    std::map<std::string, std::map<std::string, std::string>> folders;
    std::string bytes;
    for (const auto& [name, text] : files) {
      const std::size_t slash = name.find('/');
      if (slash != std::string::npos)
        folders[name.substr(0, slash)][name.substr(slash + 1)] = text;
      else
        bytes += entry("100644", name, put(text, GIT_OBJECT_BLOB));
    }
    for (const auto& [name, inner] : folders) bytes += entry("40000", name, tree_of(inner));
    return put(bytes, GIT_OBJECT_TREE);
  }
  static std::string entry(const std::string& mode, const std::string& name, const git_oid& id) {
    return mode + " " + name + '\0' +
           std::string(reinterpret_cast<const char*>(id.id), GIT_OID_SHA1_SIZE);
  }
  void set(const std::string& name, const git_oid& id) {
    git_reference* made = nullptr;
    EXPECT_EQ(git_reference_create(&made, repository_.get(), name.c_str(), &id, 1, "test"), 0);
    git_reference_free(made);
  }

  Library library_;
  TemporaryFolder place_;
  RepositoryHandle repository_;
};

}  // namespace wws::git
