// ErrorPages: what a developer sees of a worker's failure: what happened, the lines of source with
// the place marked, the way there, and which request it was. A page for browsers, plain text for
// everybody else.
//
// Texts are the guest's: nothing of them is markup, and the page may load nothing but the script of
// LiveReload. Immutable but for its hub; from any thread.
#pragma once

#include <filesystem>
#include <string>

#include "abi/developer_view.h"
#include "develop/live_reload.h"

namespace wws::develop {

class ErrorPages final : public abi::DeveloperView {
 public:
  // `root` is the project's folder; `reload` is borrowed and hears of what no page tells.
  ErrorPages(std::filesystem::path root, LiveReload& reload)
      : root_(std::move(root)), reload_(reload) {}

  [[nodiscard]] abi::FailurePage page(const abi::FailureReport& failure,
                                      const http::RequestHead& request) const override;
  void notice(const abi::FailureReport& failure) override;

 private:
  std::filesystem::path root_;
  LiveReload& reload_;
};

}  // namespace wws::develop
