// App: the admin listener's handler: paths to documents. On the admin's loop.
#pragma once

#include <boost/asio/io_context.hpp>

#include "admin/access.h"
#include "admin/admin.h"
#include "admin/directory.h"
#include "admin/documents.h"
#include "admin/live.h"
#include "http/exchange.h"
#include "io/task.h"

namespace wws::admin {

class App final : public http::Handler {
 public:
  // All borrowed.
  App(boost::asio::io_context& loop, const Sources& sources, Access access, const Live& live);

  Task<void> handle(http::Exchange& exchange) override;

 private:
  struct Answer {
    int status = 200;
    std::string type = "application/json";
    std::string body;
    std::vector<http::Header> headers;  // further ones
  };

  Task<Answer> answer(http::Exchange& exchange);
  Task<Answer> answer_data(http::Exchange& exchange, std::string_view path);
  Answer answer_worker(std::string_view rest);
  Answer answer_states(std::string_view query);
  Answer answer_log(std::string_view query);
  Answer answer_errors(std::string_view query);
  Task<Answer> answer_question(http::Exchange& exchange);
  Task<Answer> answer_reload();
  Answer answer_file(const http::RequestHead& request, std::string_view path);
  Answer answer_ready();

  Task<ServerStatus> look();
  Task<std::optional<server::Asked>> ask(http::MemoryExchange::Request request);
  // Of the site that is served now. Who waits keeps it.
  [[nodiscard]] std::shared_ptr<const Directory> directory();
  WorkerCounts count_workers();
  [[nodiscard]] WorkerView view(const DirectoryEntry& entry) const;
  [[nodiscard]] std::vector<WorkerView> asked_workers(const Directory& directory) const;
  [[nodiscard]] const StaticFile* file(std::string_view path) const;

  static Answer problem(int status, std::string_view detail);
  static Answer json(std::string body);

  boost::asio::io_context& loop_;
  const Sources& sources_;
  Access access_;
  const Live& live_;
  std::shared_ptr<const Directory> directory_;  // of the site that was served last
};

}  // namespace wws::admin
