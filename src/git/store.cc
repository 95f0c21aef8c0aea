#include "git/store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "git/handles.h"
#include "git/write_tree.h"

namespace wws::git {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPacks = 64;
constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 30;
constexpr std::size_t kFewestDigits = 7;
constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";

enum class Depth : std::uint8_t { Tip, Everything };

struct Transfer {
  const Reporter& report;
  bool too_much = false;
};

int on_progress(const git_indexer_progress* stats, void* payload) {
  auto& transfer = *static_cast<Transfer*>(payload);
  transfer.report({stats->received_objects, stats->total_objects, stats->received_bytes});
  transfer.too_much = stats->received_bytes > kMostBytes;
  return transfer.too_much ? -1 : 0;
}

// Asked when the remote wants to know who we are and the address does not say.
int on_credentials(git_credential**, const char*, const char*, unsigned, void*) {
  git_error_set_str(
      GIT_ERROR_HTTP,
      "the remote asks who you are (or has no such repository): put a user and a token "
      "into the address, https://USER:TOKEN@host/name.git");
  return GIT_EAUTH;
}

// A whole id, or as much of one as can be looked for.
bool is_commit_id(std::string_view text) noexcept {
  return text.size() >= kFewestDigits && text.size() <= GIT_OID_SHA1_HEXSIZE &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

std::size_t count_packs(const fs::path& folder) {
  std::size_t count = 0;
  std::error_code error;
  for (fs::directory_iterator entries(folder, error); !error && entries != fs::directory_iterator();
       entries.increment(error))
    if (entries->path().extension() == ".pack") ++count;
  return count;
}

// A fetch that was cut leaves its half of a pack.
void remove_leftovers(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (fs::directory_iterator entries(folder, error); !error && entries != fs::directory_iterator();
       entries.increment(error))
    if (entries->path().filename().string().starts_with("pack_")) leftovers.push_back(*entries);
  for (const fs::path& file : leftovers) fs::remove(file, error);
}

struct Head {
  std::string name;  // "refs/heads/main"
  git_oid id;
};

std::vector<Head> heads_of(git_remote* remote) {
  const git_remote_head** heads = nullptr;
  std::size_t count = 0;
  std::vector<Head> all;
  if (git_remote_ls(&heads, &count, remote) != 0) return all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({heads[i]->name, heads[i]->oid});
  return all;
}

// "a, b, c" of the names below a prefix, a dozen at most.
std::string list_of(const std::vector<Head>& heads, std::string_view prefix) {
  constexpr std::size_t kMost = 12;
  std::vector<std::string_view> names;
  for (const Head& head : heads) {
    const std::string_view name = head.name;
    if (name.starts_with(prefix) && !name.ends_with("^{}"))
      names.push_back(name.substr(prefix.size()));
  }
  if (names.empty()) return "none";
  const std::size_t more = names.size() > kMost ? names.size() - kMost : 0;
  names.resize(names.size() - more);
  return fmt::format("{}{}", fmt::join(names, ", "),
                     more > 0 ? fmt::format(" and {} more", more) : "");
}

Result<std::string> default_branch(git_remote* remote) {
  git_buf name{};
  const int code = git_remote_default_branch(&name, remote);
  std::string text = code == 0 ? std::string(name.ptr, name.size) : std::string();
  git_buf_dispose(&name);
  if (code == 0) return text;
  return fail(ErrorKind::NotFound,
              "Couldn't find the default main branch. Please, set the Git branch you want to use");
}

Result<Head> find_head(git_remote* remote, const Reference& reference) {
  const std::vector<Head> heads = heads_of(remote);
  const bool tag = reference.kind == ReferenceKind::Tag;
  const std::string_view prefix = tag ? kTags : kHeads;
  std::string name = fmt::format("{}{}", prefix, reference.name);
  if (reference.kind == ReferenceKind::DefaultBranch) {
    WWS_TRY(name, default_branch(remote));
  }
  const auto found = std::ranges::find(heads, name, &Head::name);
  if (found != heads.end()) return *found;
  return fail(
      ErrorKind::NotFound,
      fmt::format("Git error: the remote has no {} '{}'; it has: {}", tag ? "tag" : "branch",
                  name.substr(std::min(prefix.size(), name.size())), list_of(heads, prefix)));
}

}  // namespace

struct Store::State {
  Library library;  // first: it outlives the rest
  RepositoryHandle repository;

  Result<RemoteHandle> connect(const std::string& url);
  Result<void> transfer(git_remote* remote, std::vector<std::string> refspecs, Depth depth,
                        const Reporter& report);
  int transfer_once(git_remote* remote, std::vector<std::string>& refspecs, int depth,
                    Transfer& transfer);
  Result<std::string> fetch_tip(const std::string& url, const Reference& reference,
                                const Reporter& report);
  Result<std::string> fetch_commit(const std::string& url, const std::string& id,
                                   const Reporter& report);
  [[nodiscard]] bool has(const git_oid& id) const;
  [[nodiscard]] Result<std::string> commit_of(const git_oid& id, std::string_view name) const;
  [[nodiscard]] std::optional<Result<std::string>> find_commit(const std::string& id) const;
};

bool Store::State::has(const git_oid& id) const {
  OdbHandle odb;
  return make_handle(odb, git_repository_odb, repository.get()) == 0 &&
         git_odb_exists(odb.get(), &id) == 1;
}

Result<std::string> Store::State::commit_of(const git_oid& id, std::string_view name) const {
  ObjectHandle object, commit;
  int code = make_handle(object, git_object_lookup, repository.get(), &id, GIT_OBJECT_ANY);
  if (code == 0) code = make_handle(commit, git_object_peel, object.get(), GIT_OBJECT_COMMIT);
  if (code < 0) return git_error(code, fmt::format("{} names no commit", name));
  return hex(*git_object_id(commit.get()));
}

// Nothing when it is not here.
std::optional<Result<std::string>> Store::State::find_commit(const std::string& id) const {
  git_oid wanted;
  if (git_oid_fromstrn(&wanted, id.data(), id.size()) != 0) return std::nullopt;
  ObjectHandle object;
  const int code = make_handle(object, git_object_lookup_prefix, repository.get(), &wanted,
                               id.size(), GIT_OBJECT_ANY);
  if (code == GIT_ENOTFOUND) return std::nullopt;
  if (code < 0) return Result<std::string>(git_error(code, id));
  return commit_of(*git_object_id(object.get()), id);
}

Result<RemoteHandle> Store::State::connect(const std::string& url) {
  RemoteHandle remote;
  int code = make_handle(remote, git_remote_create_anonymous, repository.get(), url.c_str());
  if (code < 0) return git_error(code, "the address cannot be used");
  git_remote_connect_options options = GIT_REMOTE_CONNECT_OPTIONS_INIT;
  options.callbacks.credentials = on_credentials;
  options.proxy_opts.type = GIT_PROXY_AUTO;
  options.follow_redirects = GIT_REMOTE_REDIRECT_INITIAL;
  code = git_remote_connect_ext(remote.get(), GIT_DIRECTION_FETCH, &options);
  if (code < 0) return git_error(code, "the remote cannot be reached");
  return remote;
}

int Store::State::transfer_once(git_remote* remote, std::vector<std::string>& refspecs, int depth,
                                Transfer& transfer) {
  std::vector<char*> raw;
  for (std::string& refspec : refspecs) raw.push_back(refspec.data());
  const git_strarray wanted{raw.data(), raw.size()};
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.callbacks.credentials = on_credentials;
  options.callbacks.transfer_progress = on_progress;
  options.callbacks.payload = &transfer;
  options.proxy_opts.type = GIT_PROXY_AUTO;
  options.follow_redirects = GIT_REMOTE_REDIRECT_INITIAL;
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
  options.update_fetchhead = 0;
  options.depth = depth;
  return git_remote_fetch(remote, &wanted, &options, nullptr);
}

// Some servers, and repositories on the same disk, cannot leave the history out.
Result<void> Store::State::transfer(git_remote* remote, std::vector<std::string> refspecs,
                                    Depth depth, const Reporter& report) {
  Transfer transfer{report};
  const int number = depth == Depth::Tip                                ? 1
                     : git_repository_is_shallow(repository.get()) == 1 ? GIT_FETCH_DEPTH_UNSHALLOW
                                                                        : GIT_FETCH_DEPTH_FULL;
  int code = transfer_once(remote, refspecs, number, transfer);
  const ::git_error* last = git_error_last();
  const bool unable = code < 0 && depth == Depth::Tip && last != nullptr &&
                      std::string_view(last->message).find("shallow") != std::string_view::npos;
  if (unable) code = transfer_once(remote, refspecs, GIT_FETCH_DEPTH_FULL, transfer);
  if (transfer.too_much)
    return fail(ErrorKind::Exhausted,
                fmt::format("Git error: the remote sends more than {} GiB", kMostBytes >> 30));
  if (code < 0) return git_error(code, "the objects cannot be fetched");
  return {};
}

Result<std::string> Store::State::fetch_tip(const std::string& url, const Reference& reference,
                                            const Reporter& report) {
  WWS_TRY(const RemoteHandle remote, connect(url));
  WWS_TRY(const Head head, find_head(remote.get(), reference));
  // Under a name of ours, so that the next fetch tells the remote what is here.
  const std::string refspec = fmt::format("+{0}:refs/wws/{0}", head.name);
  if (!has(head.id)) WWS_CHECK(transfer(remote.get(), {refspec}, Depth::Tip, report));
  return commit_of(head.id, head.name);
}

// A server may refuse to give a commit alone; then everything is fetched and the commit looked up.
Result<std::string> Store::State::fetch_commit(const std::string& url, const std::string& id,
                                               const Reporter& report) {
  const bool whole = id.size() == GIT_OID_SHA1_HEXSIZE;
  if (whole) {
    if (auto here = find_commit(id)) return *std::move(here);
    WWS_TRY(const RemoteHandle remote, connect(url));
    (void)transfer(remote.get(), {fmt::format("+{0}:refs/wws/commits/{0}", id)}, Depth::Tip,
                   report);
    if (auto here = find_commit(id)) return *std::move(here);
  }
  WWS_TRY(const RemoteHandle remote, connect(url));
  WWS_CHECK(transfer(remote.get(),
                     {"+refs/heads/*:refs/wws/refs/heads/*", "+refs/tags/*:refs/wws/refs/tags/*"},
                     Depth::Everything, report));
  if (auto here = find_commit(id)) return *std::move(here);
  return fail(ErrorKind::NotFound,
              fmt::format("Git error: no branch and no tag of the remote has the commit {}", id));
}

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const fs::path& folder) {
  auto state = std::make_unique<State>();
  const fs::path packs = folder / "objects" / "pack";
  remove_leftovers(packs);
  int code = make_handle(state->repository, git_repository_open_bare, folder.c_str());
  if (code < 0 || count_packs(packs) > kMostPacks) {
    std::error_code error;
    state->repository.reset();
    fs::remove_all(folder, error);
    code = make_handle(state->repository, git_repository_init, folder.c_str(), 1u);
  }
  if (code < 0) return git_error(code, fmt::format("{} cannot be made", folder.string()));
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

Result<std::string> Store::fetch(const std::string& url, const Reference& reference,
                                 const Reporter& report) {
  if (reference.kind != ReferenceKind::Commit) return state_->fetch_tip(url, reference, report);
  std::string id = reference.name;
  std::ranges::transform(id, id.begin(), [](unsigned char c) { return std::tolower(c); });
  if (!is_commit_id(id))
    return fail(ErrorKind::Invalid,
                fmt::format("Git error: '{}' is no commit: give 7 to 40 hexadecimal digits",
                            reference.name));
  return state_->fetch_commit(url, id, report);
}

Result<std::vector<std::string>> Store::write(const std::string& commit,
                                              const fs::path& folder) const {
  git_oid id;
  if (const int code = git_oid_fromstrn(&id, commit.data(), commit.size()); code < 0)
    return git_error(code, commit);
  ObjectHandle object;
  TreeHandle tree;
  int code =
      make_handle(object, git_object_lookup, state_->repository.get(), &id, GIT_OBJECT_COMMIT);
  if (code == 0)
    code = make_handle(tree, git_commit_tree, reinterpret_cast<const git_commit*>(object.get()));
  if (code < 0) return git_error(code, fmt::format("the commit {} cannot be read", commit));
  return write_tree(state_->repository.get(), tree.get(), folder, {});
}

}  // namespace wws::git
