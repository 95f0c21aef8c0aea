// Metrics: what the server counts while it serves.
//
// Each loop writes counters of its own, without locks and without read-modify-write instructions;
// whoever wants to know adds the loops' counters up, from any thread. A reader may see a request
// in one counter and not yet in another; no count is lost.
//
// Memory: about 1 KiB a loop, and as much a loop for each worker that this loop has been asked for:
// with 10 000 workers that are all in use about 10 MB a loop. Numbers of workers may grow while the
// server runs; they are never given to another worker.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace wws::observe {

// Stands for no worker: files, pages of what is not found.
inline constexpr std::size_t kNoWorker = SIZE_MAX;

// The bounds of a worker, the server's own bound of sandboxes at once, and those of WebSockets.
enum class Limit : std::uint8_t {
  Cpu,
  Wall,
  Memory,
  Request,
  Response,
  Busy,
  Sockets,
  Message,
  Queue,
  Idle
};
inline constexpr std::size_t kLimitCount = 10;
// "cpu", "wall", "memory", "request", "response", "busy", "sockets", "message", "queue", "idle";
// static strings.
[[nodiscard]] std::string_view to_string(Limit limit) noexcept;

// The bounds of connections and of requests before a worker is asked.
enum class EdgeLimit : std::uint8_t {
  Connections,  // in all: accepting stops until one ends
  PerAddress,   // of an address: refused
  Head,         // header fields: 431
  Body,         // 413
  HeadTime,     // 408; the TLS handshake
  BodyTime,     // 408
  WriteTime,    // cut
  ReceiveRate,  // 408
  SendRate,     // cut
  Streams,      // of an HTTP/2 connection: refused
  Flood,        // of what costs an HTTP/2 client nothing: ended
};
inline constexpr std::size_t kEdgeLimitCount = 11;
// "connections", "connections_per_address", "head" ...; static strings.
[[nodiscard]] std::string_view to_string(EdgeLimit limit) noexcept;

// Durations in classes: one a microsecond up to 4, then four an octave, so that a class is at most
// a quarter wide; the last takes everything above a minute.
class Latencies final {
 public:
  static constexpr std::size_t kClasses = 104;

  [[nodiscard]] static std::size_t class_of(std::chrono::nanoseconds took) noexcept;
  // The class holds durations below this and not below the previous class's.
  [[nodiscard]] static std::chrono::microseconds end_of(std::size_t latency_class) noexcept;

  void add(std::size_t latency_class, std::uint64_t count) noexcept {
    counts_[latency_class] += count;
  }
  void add(const Latencies& other) noexcept;
  // What came in since `earlier`, an older copy of the same.
  [[nodiscard]] Latencies since(const Latencies& earlier) const noexcept;
  [[nodiscard]] std::uint64_t count() const noexcept;
  // How many were below 2^exponent microseconds; exponent from 2 on.
  [[nodiscard]] std::uint64_t count_below_power(unsigned exponent) const noexcept;
  // The duration that `share` (0 to 1) of them do not exceed, interpolated within a class; nothing
  // when there are none.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> quantile(double share) const noexcept;

 private:
  std::array<std::uint64_t, kClasses> counts_{};
};

// A copy of counters, or a sum of them.
struct Figures {
  std::array<std::uint64_t, 6> by_class{};  // [2] counts 2xx; [0] requests without an answer
  std::uint64_t begun = 0;
  std::uint64_t failures = 0;  // runs of a worker that ended in a record of the log
  std::array<std::uint64_t, kLimitCount> limits{};
  std::uint64_t nanoseconds = 0;  // of all requests that ended, but WebSockets
  std::uint64_t sockets_opened = 0, sockets_closed = 0;
  std::uint64_t messages_received = 0, messages_sent = 0;
  Latencies latencies;
  std::uint64_t runs = 0;             // of workers' code
  std::uint64_t replayed = 0;         // of these, with top-level code before each
  std::uint64_t cpu_nanoseconds = 0;  // that they computed
  std::uint64_t peak_memory = 0;      // the largest memory that one had at its end, in bytes
  // Of whole loops alone:
  std::array<std::uint64_t, kEdgeLimitCount> edge_limits{};
  std::uint64_t accepted = 0;       // connections
  std::uint64_t tls_resumed = 0;    // of them, with a session of an earlier one
  std::uint64_t coding_hits = 0;    // files sent in a coding that was there
  std::uint64_t coding_misses = 0;  // in one that was made first

  [[nodiscard]] std::uint64_t requests() const noexcept;
  [[nodiscard]] std::uint64_t in_flight() const noexcept;
  [[nodiscard]] std::uint64_t sockets_open() const noexcept;
  void add(const Figures& other) noexcept;
};

// The counters of one loop: written by its thread, read by any.
class LoopMetrics final {
 public:
  LoopMetrics() = default;
  LoopMetrics(const LoopMetrics&) = delete;
  LoopMetrics& operator=(const LoopMetrics&) = delete;
  ~LoopMetrics();

  void begun() noexcept { bump(all_.begun); }
  // A request ended; `status` 0: nobody was there to be answered. With 101 it was a WebSocket,
  // whose time is none of a request's.
  void ended(std::size_t worker, int status, std::chrono::nanoseconds took);
  // A request was refused before anybody was asked; it is none of the durations.
  void refused(int status) noexcept;
  // A worker failed, at one of its limits or otherwise.
  void failed(std::size_t worker, std::optional<Limit> limit);
  // A limit was hit without a failure of the worker's: a client sent too much.
  void limited(std::size_t worker, Limit limit);
  void socket_opened(std::size_t worker) { count(worker, &Counters::sockets_opened); }
  void socket_closed(std::size_t worker) { count(worker, &Counters::sockets_closed); }
  void message_received(std::size_t worker) { count(worker, &Counters::messages_received); }
  void message_sent(std::size_t worker) { count(worker, &Counters::messages_sent); }
  // A worker's code has run, for so long and with so much memory at the end.
  enum class TopLevel : bool { FromImage, Replayed };
  void ran(std::size_t worker, TopLevel top_level, std::chrono::nanoseconds cpu,
           std::uint64_t memory_bytes);
  void hit(EdgeLimit limit) noexcept { bump(edge_.limits[static_cast<std::size_t>(limit)]); }
  void accepted() noexcept { bump(edge_.accepted); }
  void tls_resumed() noexcept { bump(edge_.tls_resumed); }
  void coding_found() noexcept { bump(edge_.coding_hits); }
  void coding_made() noexcept { bump(edge_.coding_misses); }

  void add_to(Figures& sum) const noexcept;
  void add_worker_to(std::size_t worker, Figures& sum) const noexcept;

 private:
  using Count = std::atomic<std::uint64_t>;
  struct Counters {
    std::array<Count, 6> by_class{};
    Count begun{0};
    Count failures{0};
    std::array<Count, kLimitCount> limits{};
    Count nanoseconds{0};
    Count sockets_opened{0}, sockets_closed{0};
    Count messages_received{0}, messages_sent{0};
    std::array<Count, Latencies::kClasses> latencies{};
    Count runs{0};
    Count replayed{0};
    Count cpu_nanoseconds{0};
    Count peak_memory{0};
  };
  struct Edge {
    std::array<Count, kEdgeLimitCount> limits{};
    Count accepted{0};
    Count tls_resumed{0};
    Count coding_hits{0};
    Count coding_misses{0};
  };

  // One writer: a plain addition whose parts are visible to readers.
  static void bump(Count& count, std::uint64_t by = 1) noexcept {
    count.store(count.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  void count(std::size_t worker, Count Counters::* which);
  static void end(Counters& counters, std::size_t status_class, std::size_t latency_class,
                  std::uint64_t nanoseconds) noexcept;
  static void ran(Counters& counters, TopLevel top_level, std::uint64_t cpu_nanoseconds,
                  std::uint64_t memory_bytes) noexcept;
  static void add(const Counters& counters, Figures& sum) noexcept;
  Counters* of_worker(std::size_t worker);

  // Segments of 64, 64, 128, 256 ... workers: they grow without moving what readers look at.
  static constexpr unsigned kFirstBits = 6;
  static constexpr std::size_t kSegments = 20;  // for 33 million workers
  struct Place {
    std::size_t segment, index, size;
  };
  [[nodiscard]] static Place place_of(std::size_t worker) noexcept;
  using Slot = std::atomic<Counters*>;

  Counters all_;
  Edge edge_;
  // Null: nobody asked for any of them; owned, as are the counters.
  std::array<std::atomic<Slot*>, kSegments> by_worker_{};
};

// All loops' counters. add_loop() before the loops run; the rest from any thread.
class Metrics final {
 public:
  Metrics() = default;

  // Borrowed by its loop, lives as long as this.
  [[nodiscard]] LoopMetrics& add_loop();
  [[nodiscard]] Figures total() const noexcept;
  [[nodiscard]] Figures worker(std::size_t number) const noexcept;

 private:
  std::vector<std::unique_ptr<LoopMetrics>> loops_;
};

}  // namespace wws::observe
