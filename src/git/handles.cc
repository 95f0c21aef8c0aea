#include "git/handles.h"

#include <fmt/format.h>

#include <algorithm>

namespace wws::git {
namespace {

constexpr int kConnectMilliseconds = 30'000;
constexpr int kSilenceMilliseconds = 60'000;

ErrorKind kind_of(int code) noexcept {
  switch (code) {
    case GIT_ENOTFOUND: return ErrorKind::NotFound;
    case GIT_EAUTH:
    case GIT_ECERTIFICATE: return ErrorKind::Denied;
    case GIT_TIMEOUT: return ErrorKind::TimedOut;
    case GIT_EINVALIDSPEC:
    case GIT_EAMBIGUOUS: return ErrorKind::Invalid;
    default: return ErrorKind::Internal;
  }
}

}  // namespace

Library::Library() {
  git_libgit2_init();
  // What git's own configuration says (other addresses, no checks of certificates) is no business
  // of a server's start.
  for (const int level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                          GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL})
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  git_libgit2_opts(GIT_OPT_SET_SERVER_CONNECT_TIMEOUT, kConnectMilliseconds);
  git_libgit2_opts(GIT_OPT_SET_SERVER_TIMEOUT, kSilenceMilliseconds);
}

Library::~Library() { git_libgit2_shutdown(); }

std::unexpected<Error> git_error(int code, std::string_view what) {
  const ::git_error* last = git_error_last();
  std::string text =
      last != nullptr && last->message != nullptr ? last->message : "no reason given";
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return fail(kind_of(code), fmt::format("Git error: {}: {}", what, text));
}

std::string hex(const git_oid& id) {
  std::string text(GIT_OID_SHA1_HEXSIZE, '\0');
  git_oid_fmt(text.data(), &id);
  return text;
}

}  // namespace wws::git
