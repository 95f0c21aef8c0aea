// The functions on files with a memory of bytes for a guest. What they do to files is tested with
// real guests (tests/conformance); here is what those cannot see: when folders are opened, when
// descriptors are closed, where waiting happens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "abi/wasi_p1/errno.h"
#include "abi/wasi_p1/test_context.h"

namespace wws::abi::wasi_p1 {
namespace {

namespace fs = std::filesystem;
using bindings::files::Access;
using bindings::files::Mount;
using test::Guest;
using test::i32;
using test::i64;

constexpr std::uint32_t kPath = 512, kOut = 256;
constexpr Rights kAll = kFileRights | kFolderRights;

std::size_t open_descriptors() {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

// Keeps the work until it is told to run.
class FakeBlocking final : public Blocking {
 public:
  std::unique_ptr<BlockingWork> start(std::function<void()> work,
                                      std::function<void()> done) override {
    work_ = std::move(work);
    done_ = std::move(done);
    return std::make_unique<BlockingWork>();
  }
  void run() {
    work_();
    done_();
  }
  [[nodiscard]] bool started() const { return work_ != nullptr; }

 private:
  std::function<void()> work_;
  std::function<void()> done_;
};

class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = (fs::temp_directory_path() / "wws-wasi-XXXXXX").string();
    base_ = fs::canonical(mkdtemp(pattern.data()));
    std::ofstream(base_ / "text") << "some text";
    mounts_ = {{base_.string(), "/data", Access::ReadWrite}};
  }
  ~Files() override { fs::remove_all(base_); }

  // The descriptor; -1 and less for a failure.
  static int open(Guest& guest, std::string_view path, std::uint32_t how = 0,
                  Rights rights = kRightRead) {
    guest.put(kPath, path);
    const int answer = guest.call(
        "path_open", {i32(3), i32(0), i32(kPath), i32(static_cast<std::uint32_t>(path.size())),
                      i32(how), i64(rights), i64(kAll), i32(0), i32(kOut)});
    return answer == 0 ? static_cast<int>(guest.number(kOut)) : -answer;
  }

  fs::path base_;
  std::vector<Mount> mounts_;
};

TEST_F(Files, NothingIsOpenedBeforeItIsUsed) {
  mounts_.push_back({"/there/is/no/such/folder", "/missing", Access::ReadWrite});
  const std::size_t before = open_descriptors();
  Guest guest({.folders = mounts_});
  EXPECT_EQ(guest.call("fd_prestat_get", {i32(3), i32(kOut)}), 0);
  EXPECT_EQ(guest.call("fd_prestat_dir_name", {i32(4), i32(kOut), i32(8)}), 0);
  EXPECT_EQ(guest.call("fd_fdstat_get", {i32(4), i32(kOut)}), 0);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(guest.call("fd_filestat_get", {i32(4), i32(kOut)}), static_cast<int>(Errno::Noent));
  EXPECT_EQ(guest.call("fd_filestat_get", {i32(3), i32(kOut)}), 0);
  EXPECT_EQ(open_descriptors(), before + 1);
}

TEST_F(Files, EverythingIsClosedWithTheRequest) {
  const std::size_t before = open_descriptors();
  {
    Guest guest({.folders = mounts_});
    for (int i = 0; i < 10; ++i) EXPECT_EQ(open(guest, "text"), 4 + i);
    EXPECT_EQ(open_descriptors(), before + 11);
    EXPECT_EQ(guest.call("fd_close", {i32(5)}), 0);
    EXPECT_EQ(open_descriptors(), before + 10);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Files, ARefusedOpeningLeavesNothingBehind) {
  Guest guest({.folders = mounts_});
  guest.put(kPath, "new");
  EXPECT_EQ(guest.call("path_open", {i32(3), i32(0), i32(kPath), i32(3), i32(1), i64(kRightRead),
                                     i64(0), i32(0), i32(4093)}),
            static_cast<int>(Errno::Fault));
  EXPECT_FALSE(fs::exists(base_ / "new"));
}

TEST_F(Files, ReadsIntoTheGuestAndNotPastIt) {
  Guest guest({.folders = mounts_});
  const int file = open(guest, "text");
  guest.put_number(16, 4090u);
  guest.put_number(20, 6u);
  EXPECT_EQ(guest.call("fd_read", {i32(static_cast<std::uint32_t>(file)), i32(16), i32(1), i32(8)}),
            0);
  EXPECT_EQ(guest.text(4090, 6), "some t");
  guest.put_number(20, 7u);
  EXPECT_EQ(guest.call("fd_read", {i32(static_cast<std::uint32_t>(file)), i32(16), i32(1), i32(8)}),
            static_cast<int>(Errno::Fault));
}

TEST_F(Files, AReadOverItsOwnVectorsIsHarmless) {
  std::ofstream(base_ / "bytes") << std::string(64, '\xff');
  Guest guest({.folders = mounts_});
  const auto file = static_cast<std::uint32_t>(open(guest, "bytes"));
  guest.put_number(16, 16u);
  guest.put_number(20, 32u);
  guest.put_number(24, 200u);
  guest.put_number(28, 8u);
  EXPECT_EQ(guest.call("fd_read", {i32(file), i32(16), i32(2), i32(8)}), 0);
  EXPECT_EQ(guest.number(8), 40u);
  EXPECT_EQ(guest.number<std::uint64_t>(200), ~std::uint64_t{0});
}

TEST_F(Files, WaitsForTheDiskElsewhere) {
  FakeBlocking blocking;
  Guest guest({.folders = mounts_, .blocking = &blocking});
  const auto file = static_cast<std::uint32_t>(open(guest, "text", 0, kAll & ~kRightReadFolder));
  const auto waker = std::make_shared<test::CountingWaker>();
  std::vector<wasm::Value> values = {i32(file), i64(0), i64(4096)};
  auto started =
      guest.find("wasi_snapshot_preview1", "fd_allocate")->suspending(guest.context, values, waker);
  ASSERT_TRUE(started.has_value());
  EXPECT_TRUE(blocking.started());
  EXPECT_EQ(waker->woken, 0);
  EXPECT_EQ(fs::file_size(base_ / "text"), 9u);
  blocking.run();
  EXPECT_EQ(waker->woken, 1);
  EXPECT_EQ(fs::file_size(base_ / "text"), 4096u);
  EXPECT_FALSE((*started)->complete(guest.context, values).has_value());
  EXPECT_EQ(values[0].i32, 0);
}

// The work may go on after the request: it must not meet another file under the same number.
TEST_F(Files, WorkThatIsGivenUpKeepsItsFile) {
  FakeBlocking blocking;
  const std::size_t before = open_descriptors();
  {
    Guest guest({.folders = mounts_, .blocking = &blocking});
    const auto file = static_cast<std::uint32_t>(open(guest, "text", 0, kAll & ~kRightReadFolder));
    std::vector<wasm::Value> values = {i32(file)};
    auto started = guest.find("wasi_snapshot_preview1", "fd_sync")
                       ->suspending(guest.context, values, std::make_shared<test::CountingWaker>());
    ASSERT_TRUE(started.has_value());
  }
  EXPECT_EQ(open_descriptors(), before + 1);
  blocking.run();
}

TEST_F(Files, EveryFaultOfTheKernelHasANumber) {
  using bindings::files::FileFault;
  EXPECT_EQ(errno_of(bindings::files::kOutside), Errno::Notcapable);
  EXPECT_EQ(errno_of(FileFault{ENOENT}), Errno::Noent);
  EXPECT_EQ(errno_of(FileFault{EXDEV}), Errno::Xdev);
  EXPECT_EQ(errno_of(FileFault{EDQUOT}), Errno::Dquot);
  EXPECT_EQ(errno_of(FileFault{ENOTUNIQ}), Errno::Io) << "for which there is none";
}

}  // namespace
}  // namespace wws::abi::wasi_p1
