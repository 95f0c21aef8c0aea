// For tests of the admin: a server of fakes, whose workers, loops and answers are what the test
// says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "admin/admin.h"

namespace wws::admin {

// A worker that is looked at and never run.
class FakeWorker final : public worker::Worker {
 public:
  FakeWorker(std::string label, std::size_t number) {
    identity_.label = std::move(label);
    identity_.number = number;
  }

  [[nodiscard]] const abi::WorkerIdentity& identity() const noexcept override { return identity_; }
  [[nodiscard]] worker::WorkerStatus status() const override { return status_; }
  Task<Result<void>> load(abi::LoopServices&) override { co_return Result<void>(); }
  Task<void> serve(abi::LoopServices&, http::Exchange&, std::string, worker::Params) override {
    co_return;
  }

  abi::WorkerIdentity identity_;
  worker::WorkerStatus status_{.language = "javascript"};
};

class FakeServer final : public server::Server {
 public:
  [[nodiscard]] std::vector<std::string> places() const override {
    return {"http://127.0.0.1:8080"};
  }
  std::vector<std::string> preload() override { return {}; }
  Ended run() override { return Ended::Cleanly; }
  void stop() override {}
  std::vector<server::ListeningSocket> listening() override { return {}; }
  void hand_over() override {}
  [[nodiscard]] Phase phase() const noexcept override { return phase_; }
  void ask(http::MemoryExchange::Request request, std::chrono::milliseconds,
           std::function<void(server::Asked)> done) override {
    asked_.push_back(std::move(request));
    done(answer_);
  }
  // One that is not among `loops_` computes and does not answer.
  void look(std::function<void(std::size_t, const server::LoopStatus&)> each) override {
    for (std::size_t i = 0; i < loops_.size(); ++i) each(i, loops_[i]);
  }
  [[nodiscard]] server::SitePointer site() const override { return site_; }
  void replace(server::SitePointer next) override { site_ = std::move(next); }
  void load(std::vector<std::shared_ptr<worker::Worker>>,
            std::function<void(std::vector<server::LoadFailure>)> done) override {
    done({});
  }
  void drop_idle(std::function<bool(const wasm::Image&)>) override {}

  server::SitePointer site_;
  Phase phase_ = Phase::Serving;
  std::vector<server::LoopStatus> loops_;
  server::Asked answer_;
  std::vector<http::MemoryExchange::Request> asked_;
};

class FakeRuntime final : public wasm::Runtime {
 public:
  Result<std::shared_ptr<const wasm::Program>> compile(ByteView,
                                                       const wasm::HostFunctions&) override {
    return fail(ErrorKind::Internal, "nothing is compiled here");
  }
  Result<std::shared_ptr<const wasm::Program>> load_bundle(ByteView,
                                                           const wasm::HostFunctions&) override {
    return fail(ErrorKind::Internal, "nothing is loaded here");
  }
  Result<std::string> bundle(ByteView, const wasm::Program&, const wasm::Image&) override {
    return fail(ErrorKind::Internal, "nothing is bundled here");
  }
  std::unique_ptr<wasm::InstancePool> make_pool(boost::asio::any_io_executor,
                                                wasm::PoolOptions) override {
    return nullptr;
  }
  [[nodiscard]] bool keeps_instances() const noexcept override { return why_not_kept_.empty(); }
  [[nodiscard]] std::string why_not_kept() const override { return why_not_kept_; }

  std::string why_not_kept_;
};

// Workers of `files`, each by a FakeWorker.
inline std::shared_ptr<server::Site> fake_site(const std::vector<std::string>& files,
                                               std::string root = "/srv") {
  auto site = std::make_shared<server::Site>();
  site->root = std::move(root);
  site->router = std::move(router::Router::build(files, "").router);
  for (const std::string& file : files)
    site->workers.push_back(std::make_shared<FakeWorker>(file, site->workers.size()));
  return site;
}

inline FakeWorker& fake_worker(const std::shared_ptr<server::Site>& site, std::size_t target) {
  return static_cast<FakeWorker&>(*site->workers[target]);
}

}  // namespace wws::admin
