#include "config/project.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace wws::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::optional<std::string> no_environment(std::string_view) { return std::nullopt; }

class ProjectTest : public testing::Test {
 protected:
  ProjectTest() {
    std::string pattern = (fs::temp_directory_path() / "wws-project-XXXXXX").string();
    base_ = fs::canonical(mkdtemp(pattern.data()));
    root_ = base_ / "my.app";
    fs::create_directory(root_);
  }
  ~ProjectTest() override { fs::remove_all(base_); }

  void write(const std::string& relative, std::string_view text = "") const {
    fs::create_directories((root_ / relative).parent_path());
    std::ofstream(root_ / relative, std::ios::binary) << text;
  }
  Project read(const ProjectOptions& options = {}) const {
    auto project = read_project(root_, options, no_environment);
    EXPECT_TRUE(project);
    return project ? *std::move(project) : Project();
  }

  fs::path base_;
  fs::path root_;
};

std::vector<std::string> names(const Project& project) {
  std::vector<std::string> out;
  for (const WorkerFile& worker : project.workers) out.push_back(worker.relative);
  return out;
}

TEST_F(ProjectTest, PublicMayBeALinkButNotOutOfTheProject) {
  write("site/index.html");
  fs::create_directory_symlink("site", root_ / "public");
  EXPECT_EQ(read().public_folder, root_ / "public");
  fs::remove(root_ / "public");
  fs::create_directory_symlink("/etc", root_ / "public");
  const Project project = read();
  EXPECT_EQ(project.public_folder, std::nullopt);
  ASSERT_EQ(project.mistakes.size(), 1u);
  EXPECT_THAT(project.mistakes[0].to_string(), HasSubstr("public: it is a link out"));
  EXPECT_EQ(read({.allow_outside_folders = true}).public_folder, root_ / "public");
}

TEST_F(ProjectTest, FindsWorkersInByteOrder) {
  for (const char* file : {"index.js", "b/[id].wasm", "b.js", "B.js", "a.b.js", "readme.md", "x.JS",
                           "js", "index/index.js", "b/[id].toml"})
    write(file);
  const Project project = read();
  EXPECT_EQ(project.root, root_);
  EXPECT_THAT(names(project),
              ElementsAre("B.js", "a.b.js", "b.js", "b/[id].wasm", "index.js", "index/index.js"));
  EXPECT_EQ(project.workers[3].file, root_ / "b/[id].wasm");
  EXPECT_EQ(project.workers[3].extension, "wasm");
  EXPECT_THAT(project.mistakes, IsEmpty());
  EXPECT_EQ(project.public_folder, std::nullopt);
}

TEST_F(ProjectTest, FindsScriptsOfEachKindButNoDeclarations) {
  for (const char* file : {"a.js", "b.mjs", "c.jsx", "d.ts", "e.tsx", "f.mts", "g.cjs", "h.d.ts",
                           "i.d.mts", "j.json", "k.wat"})
    write(file);
  const Project project = read();
  EXPECT_THAT(names(project), ElementsAre("a.js", "b.mjs", "c.jsx", "d.ts", "e.tsx", "f.mts"));
  EXPECT_EQ(project.workers[5].extension, "mts");
}

TEST_F(ProjectTest, SkipsWhatIsNoPlaceForWorkers) {
  for (const char* file :
       {"public/a.js", "x/public/a.js", "node_modules/a.js", "x/node_modules/y/a.js", ".git/a.js",
        "x/.hidden.js", "_lib/a.js", "x/_a.js", "_a.js", "publicity.js", "x/node_modules.js"})
    write(file);
  const Project project = read();
  EXPECT_THAT(names(project), ElementsAre("publicity.js", "x/node_modules.js"));
  EXPECT_EQ(project.public_folder, root_ / "public");
}

TEST_F(ProjectTest, DoesNotTakeAFolderOrAPipeForAWorker) {
  write("chart.js/inner.js");
  fs::create_directory(root_ / "empty.wasm");
  ASSERT_EQ(mkfifo((root_ / "pipe.js").c_str(), 0600), 0);
  EXPECT_THAT(names(read()), ElementsAre("chart.js/inner.js"));
}

TEST_F(ProjectTest, IgnoresWhatGlobsMatch) {
  for (const char* file : {"target/a.js", "target/b/c.js", "x/a.test.js", "x/a.js", "dist/a.js"})
    write(file);
  ProjectOptions options;
  options.ignore = {"", "target/**", "**/*.test.js", "dist"};
  EXPECT_THAT(names(read(options)), ElementsAre("x/a.js"));
}

TEST_F(ProjectTest, TakesOtherExtensions) {
  for (const char* file : {"a.py", "a.js", "a.tar.py"}) write(file);
  ProjectOptions options;
  options.extensions = {"py"};
  EXPECT_THAT(names(read(options)), ElementsAre("a.py", "a.tar.py"));
}

TEST_F(ProjectTest, FollowsLinksToFilesButNotToFolders) {
  write("_lib/shared.js", "x");
  write("real/a.js");
  fs::create_symlink("_lib/shared.js", root_ / "linked.js");
  fs::create_symlink(".", root_ / "loop");
  fs::create_symlink("real", root_ / "folder.js");
  const Project project = read();
  EXPECT_THAT(names(project), ElementsAre("linked.js", "real/a.js"));
  EXPECT_THAT(project.mistakes, IsEmpty());
}

TEST_F(ProjectTest, ReportsLinksThatLeadNowhereOrOut) {
  std::ofstream(base_ / "my.app.secret.js") << "x";
  write("ok.js");
  fs::create_symlink("../my.app.secret.js", root_ / "a.js");
  fs::create_symlink("missing.js", root_ / "b.js");
  fs::create_symlink("c.js", root_ / "c.js");
  fs::create_symlink("/dev/null", root_ / "d.js");
  fs::create_symlink("nothing", root_ / "not-a-worker");
  const Project project = read();
  EXPECT_THAT(names(project), ElementsAre("ok.js"));
  ASSERT_EQ(project.mistakes.size(), 4u);
  EXPECT_EQ(project.mistakes[0].file, "a.js");
  EXPECT_THAT(project.mistakes[0].what, HasSubstr("out of the project"));
  EXPECT_EQ(project.mistakes[1].file, "b.js");
  EXPECT_THAT(project.mistakes[1].what, HasSubstr("link to nothing"));
  EXPECT_EQ(project.mistakes[2].file, "c.js");
  EXPECT_THAT(project.mistakes[2].what, HasSubstr("cannot be followed"));
  EXPECT_EQ(project.mistakes[3].file, "d.js");
}

TEST_F(ProjectTest, ReadsTheConfigurationBesideTheWorker) {
  write("[id].wasm");
  write("[id].toml", "name = 'x'\n[vars]\nA = '$B'");
  write("a.b.js");
  write("a.b.toml", "name = 'y'");
  write("plain.js");
  const auto project = read_project(root_, {}, [](std::string_view name) {
    return std::optional<std::string>(name == "B" ? "from outside" : "");
  });
  ASSERT_TRUE(project);
  ASSERT_THAT(names(*project), ElementsAre("[id].wasm", "a.b.js", "plain.js"));
  EXPECT_EQ(project->workers[0].config.name, "x");
  EXPECT_EQ(project->workers[0].config.vars[0].second, "from outside");
  EXPECT_EQ(project->workers[1].config.name, "y");
  EXPECT_EQ(project->workers[2].config.name, std::nullopt);
}

TEST_F(ProjectTest, ListsAWorkerWhoseConfigurationIsWrong) {
  for (const char* name : {"a", "b", "c", "d", "e"}) write(std::string("x/") + name + ".js");
  write("x/a.toml", "name = 1\nnope = 2");
  fs::create_directory(root_ / "x/b.toml");
  fs::create_symlink("missing", root_ / "x/c.toml");
  fs::create_symlink("/etc/hostname", root_ / "x/d.toml");
  write("x/e.toml", std::string(3u << 20, '#'));
  const Project project = read();
  ASSERT_EQ(project.workers.size(), 5u);
  EXPECT_THAT(project.mistakes, IsEmpty());
  ASSERT_EQ(project.workers[0].mistakes.size(), 2u);
  EXPECT_EQ(project.workers[0].mistakes[0].to_string(),
            "x/a.toml:1: name: must be a string, not a number");
  const char* const whats[] = {"not a regular file", "link to nothing", "out of the project",
                               "longer than 1 MiB"};
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_EQ(project.workers[i + 1].mistakes.size(), 1u);
    EXPECT_THAT(project.workers[i + 1].mistakes[0].what, HasSubstr(whats[i]));
  }
}

TEST_F(ProjectTest, ReadsTheConfigurationByTheKindOfItsWorker) {
  for (const char* file : {"a.js", "b.wasm"}) write(file);
  for (const char* file : {"a.toml", "b.toml"}) write(file, "evaluate = 'once'");
  const Project project = read();
  ASSERT_EQ(project.workers.size(), 2u);
  EXPECT_THAT(project.workers[0].mistakes, IsEmpty());
  ASSERT_EQ(project.workers[1].mistakes.size(), 1u);
  EXPECT_THAT(project.workers[1].mistakes[0].what, HasSubstr("only for workers in JavaScript"));
}

// A folder whose absolute name is longer than the kernel takes cannot be opened by it, not even by
// root, whom permissions do not stop.
TEST_F(ProjectTest, ReportsAFolderItCannotReadAndGoesOn) {
  write("ok.js");
  const std::string name(250, 'd');
  int folder = open(root_.c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(mkdirat(folder, name.c_str(), 0700), 0);
    const int next = openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY);
    close(folder);
    folder = next;
  }
  close(folder);
  const Project project = read();
  EXPECT_THAT(names(project), ElementsAre("ok.js"));
  ASSERT_EQ(project.mistakes.size(), 1u);
  EXPECT_THAT(project.mistakes[0].file, HasSubstr(name + "/" + name));
  EXPECT_THAT(project.mistakes[0].what, HasSubstr("cannot be read"));
}

TEST_F(ProjectTest, FailsWithoutAFolder) {
  write("file.js");
  const auto missing = read_project(root_ / "missing", {}, no_environment);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
  EXPECT_EQ(missing.error().message(),
            "Missing path in filesystem: " + (root_ / "missing").string());
  const auto below_file = read_project(root_ / "file.js/x", {}, no_environment);
  ASSERT_FALSE(below_file);
  EXPECT_EQ(below_file.error().kind(), ErrorKind::NotFound);
  const auto file = read_project(root_ / "file.js", {}, no_environment);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind(), ErrorKind::Invalid);
}

TEST_F(ProjectTest, FailsOnABadGlob) {
  ProjectOptions options;
  options.ignore = {"ok/**", "{a"};
  const auto project = read_project(root_, options, no_environment);
  ASSERT_FALSE(project);
  EXPECT_EQ(project.error().to_string(), "bad pattern '{a': '{' is not closed");
}

TEST_F(ProjectTest, ReadsTenThousandFiles) {
  for (int i = 0; i < 10'000; ++i) write(std::to_string(i % 100) + "/" + std::to_string(i) + ".js");
  ProjectOptions options;
  options.ignore = {"**/node_modules/**", "**/*.test.js", "7/**"};
  EXPECT_EQ(read(options).workers.size(), 9'900u);
}

TEST_F(ProjectTest, FindsTheFoldersOfWorkers) {
  write("api/files.wasm");
  write("data/x");
  fs::create_symlink("../data", root_ / "api/link");
  write("api/files.toml",
        "[[folders]]\nto = '/own'\n[[folders]]\nfrom = '../data'\nto = '/data'\n"
        "[[folders]]\nfrom = 'link'\nto = '/link'\n[[folders]]\nfrom = '" +
            (root_ / "data").string() + "'\nto = '/absolute'\n");
  const Project project = read();
  ASSERT_EQ(project.workers.size(), 1u);
  EXPECT_THAT(project.workers[0].mistakes, IsEmpty());
  std::vector<std::string> found;
  for (const Folder& folder : project.workers[0].config.folders) found.push_back(folder.from);
  EXPECT_THAT(found, ElementsAre(root_ / "api", root_ / "data", root_ / "data", root_ / "data"));
}

TEST_F(ProjectTest, ReportsFoldersThatCannotBeMounted) {
  fs::create_directory(base_ / "beside");
  fs::create_symlink(base_ / "beside", root_ / "out");
  write("file");
  write("a.wasm");
  write("a.toml",
        "[[folders]]\nfrom = 'missing'\nto = '/1'\n[[folders]]\nfrom = '../beside'\nto = '/2'\n"
        "[[folders]]\nfrom = 'out'\nto = '/3'\n[[folders]]\nfrom = 'file'\nto = '/4'\n"
        "[[folders]]\nfrom = '/missing'\nto = '/5'\n");
  const Project project = read();
  ASSERT_EQ(project.workers.size(), 1u);
  std::vector<std::string> lines;
  for (const Mistake& mistake : project.workers[0].mistakes) lines.push_back(mistake.to_string());
  EXPECT_THAT(
      lines,
      ElementsAre(
          "a.toml:1: folders.from: there is no folder 'missing': create it, or mend the path",
          HasSubstr("a.toml:4: folders.from: '../beside' is outside of the project"),
          HasSubstr("a.toml:7: folders.from: 'out' is outside of the project"),
          "a.toml:10: folders.from: 'file' is no folder",
          HasSubstr("a.toml:13: folders.from: there is no folder '/missing'; one beside the worker "
                    "is written without the first slash")));
  const Project allowed = read({.allow_outside_folders = true});
  EXPECT_EQ(allowed.workers[0].mistakes.size(), 3u);
  EXPECT_EQ(allowed.workers[0].config.folders[1].from, base_ / "beside");
  EXPECT_EQ(allowed.workers[0].config.folders[2].from, base_ / "beside");
}

TEST_F(ProjectTest, NoWorkerIsShownTheProjectsEnvFile) {
  write("a.wasm");
  write("a.toml", "[[folders]]\nto = '/own'\n[[folders]]\nfrom = '..'\nto = '/above'\n");
  write("below/b.wasm");
  write("below/b.toml", "[[folders]]\nto = '/own'\n");
  EXPECT_THAT(read({.allow_outside_folders = true}).workers[0].mistakes, IsEmpty());
  write(".env", "TOKEN=secret");
  const Project project = read({.allow_outside_folders = true});
  std::vector<std::string> lines;
  for (const Mistake& mistake : project.workers[0].mistakes) lines.push_back(mistake.to_string());
  EXPECT_THAT(lines, ElementsAre(HasSubstr("a.toml:1: folders.from: '.' holds the project's .env"),
                                 HasSubstr("a.toml:3: folders.from: '..' holds the project's")));
  EXPECT_THAT(project.workers[1].mistakes, IsEmpty());
}

TEST_F(ProjectTest, WarnsOfFoldersThatAJavaScriptWorkerCannotUse) {
  write("a.js");
  write("a.toml", "name = 'a'\n[[folders]]\nfrom = 'missing'\nto = '/x'\n");
  const Project project = read();
  EXPECT_THAT(project.workers[0].mistakes, IsEmpty());
  EXPECT_THAT(project.workers[0].config.folders, IsEmpty());
  ASSERT_EQ(project.mistakes.size(), 1u);
  EXPECT_EQ(project.mistakes[0].to_string(),
            "a.toml:2: folders: has no effect: workers in JavaScript have no files");
}

}  // namespace
}  // namespace wws::config
