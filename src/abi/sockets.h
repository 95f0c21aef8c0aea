// Sockets: the WebSockets that are open, so that there are not too many, and that they can be told
// to end.
//
// A socket holds a sandbox for as long as it lives. SocketBudget bounds them for the server and for
// each worker; Sockets, one a loop, keeps them from taking the sandboxes that requests need there.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "abi/worker_identity.h"
#include "base/result.h"

namespace wws::abi {

// Thread-safe; shared by the loops.
class SocketBudget final {
 public:
  // `most` 0: any number.
  explicit SocketBudget(std::uint64_t most) : most_(most) {}
  SocketBudget(const SocketBudget&) = delete;
  SocketBudget& operator=(const SocketBudget&) = delete;
  ~SocketBudget() = default;

  // Errors: Exhausted, which bound was reached; nothing is taken then.
  [[nodiscard]] Result<void> take(const WorkerIdentity& worker);
  void give_back(const WorkerIdentity& worker);

 private:
  const std::uint64_t most_;
  std::mutex mutex_;
  std::uint64_t all_ = 0;
  std::unordered_map<std::size_t, std::uint64_t> by_worker_;  // by its number
};

// Belongs to one loop.
class Sockets final {
 public:
  // Tells a socket to end with this code of a close frame; the reason is a static text.
  using Close = std::function<void(std::uint16_t code, std::string_view reason)>;

  // `budget` is borrowed; `most` 0: as many as it allows.
  Sockets(SocketBudget& budget, std::size_t most) : budget_(budget), most_(most) {}
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;
  ~Sockets() = default;

  // A socket's place, given back at its end; it ends before its worker and its loop.
  class Place final {
   public:
    Place(Sockets& sockets, const WorkerIdentity& worker, Close close);
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

   private:
    friend class Sockets;
    Sockets& sockets_;
    const WorkerIdentity& worker_;
    Close close_;
    std::list<Place*>::iterator at_;
  };

  // Errors: Exhausted, which bound was reached.
  [[nodiscard]] Result<std::unique_ptr<Place>> admit(const WorkerIdentity& worker, Close close);
  // Tells those to end whose worker is not `kept`.
  void close(const std::function<bool(const WorkerIdentity&)>& kept, std::uint16_t code,
             std::string_view reason);
  [[nodiscard]] std::size_t count() const noexcept { return places_.size(); }

 private:
  SocketBudget& budget_;
  const std::size_t most_;
  std::list<Place*> places_;
};

}  // namespace wws::abi
