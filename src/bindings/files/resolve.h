// How a guest's path becomes a descriptor: by openat2, below a folder and never out of it, whatever
// the path and the symbolic links on its way say, and whoever renames them meanwhile. There is no
// other way to a file in this room.
// https://man7.org/linux/man-pages/man2/openat2.2.html
#pragma once

#include <cstdint>
#include <string>

#include "bindings/files/fault.h"
#include "bindings/files/open_file.h"

namespace wws::bindings::files {

// A descriptor that is closed at the end of its scope.
class Descriptor final {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();

  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] int release() noexcept {
    const int number = number_;
    number_ = -1;
    return number;
  }

 private:
  int number_;
};

// Opens `path` below `folder` with the flags of open(2); faults as the kernel's, kOutside for a way
// out.
[[nodiscard]] FileResult<Descriptor> open_beneath(int folder, const std::string& path,
                                                  std::uint64_t flags, std::uint64_t mode = 0);
// Opens an absolute path none of whose parts may be a symbolic link.
[[nodiscard]] FileResult<Descriptor> open_without_links(const std::string& path,
                                                        std::uint64_t flags);

// Where a name stands or will stand: the folder that holds it, and the name with the slashes at its
// end. The system calls that change a folder take both, and never follow a link that the name is.
class Place final {
 public:
  [[nodiscard]] static FileResult<Place> find(int folder, const std::string& path);
  [[nodiscard]] int folder() const noexcept { return borrowed_; }
  [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

 private:
  Place(int borrowed, Descriptor owned, std::string name)
      : borrowed_(borrowed), owned_(std::move(owned)), name_(std::move(name)) {}

  int borrowed_;
  Descriptor owned_;
  std::string name_;
};

}  // namespace wws::bindings::files
