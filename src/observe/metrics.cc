#include "observe/metrics.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace wws::observe {
namespace {

// Relaxed: counters are not a way to tell others that something else has happened.
constexpr auto kRelaxed = std::memory_order_relaxed;

std::size_t class_of_status(int status) noexcept {
  return status < 100 || status > 599 ? 0 : static_cast<std::size_t>(status / 100);
}

}  // namespace

std::string_view to_string(Limit limit) noexcept {
  switch (limit) {
    case Limit::Cpu: return "cpu";
    case Limit::Wall: return "wall";
    case Limit::Memory: return "memory";
    case Limit::Request: return "request";
    case Limit::Response: return "response";
    case Limit::Busy: return "busy";
    case Limit::Sockets: return "sockets";
    case Limit::Message: return "message";
    case Limit::Queue: return "queue";
    case Limit::Idle: return "idle";
  }
  return "unknown";
}

std::string_view to_string(EdgeLimit limit) noexcept {
  switch (limit) {
    case EdgeLimit::Connections: return "connections";
    case EdgeLimit::PerAddress: return "connections_per_address";
    case EdgeLimit::Head: return "head";
    case EdgeLimit::Body: return "body";
    case EdgeLimit::HeadTime: return "head_time";
    case EdgeLimit::BodyTime: return "body_time";
    case EdgeLimit::WriteTime: return "write_time";
    case EdgeLimit::ReceiveRate: return "receive_rate";
    case EdgeLimit::SendRate: return "send_rate";
    case EdgeLimit::Streams: return "streams_per_connection";
    case EdgeLimit::Flood: return "flood";
  }
  return "unknown";
}

std::size_t Latencies::class_of(std::chrono::nanoseconds took) noexcept {
  const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)) / 1000;
  if (micros < 4) return micros;
  const auto octave = static_cast<std::size_t>(std::bit_width(micros)) - 3;
  const std::size_t quarter = micros >> octave & 3;
  return std::min(4 + octave * 4 + quarter, kClasses - 1);
}

std::chrono::microseconds Latencies::end_of(std::size_t latency_class) noexcept {
  if (latency_class < 4) return std::chrono::microseconds(latency_class + 1);
  const std::size_t octave = (latency_class - 4) / 4;
  const std::size_t quarter = (latency_class - 4) % 4;
  return std::chrono::microseconds((5 + quarter) << octave);
}

void Latencies::add(const Latencies& other) noexcept {
  for (std::size_t i = 0; i < kClasses; ++i) counts_[i] += other.counts_[i];
}

Latencies Latencies::since(const Latencies& earlier) const noexcept {
  Latencies rest;
  for (std::size_t i = 0; i < kClasses; ++i) rest.counts_[i] = counts_[i] - earlier.counts_[i];
  return rest;
}

std::uint64_t Latencies::count() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::uint64_t Latencies::count_below_power(unsigned exponent) const noexcept {
  // Classes up to 4 (exponent - 2) + 3 end at or before 2^exponent.
  const std::size_t end = std::min<std::size_t>(4 + 4 * (exponent - 2), kClasses);
  return std::accumulate(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(end),
                         std::uint64_t{0});
}

std::optional<std::chrono::nanoseconds> Latencies::quantile(double share) const noexcept {
  const std::uint64_t all = count();
  if (all == 0) return std::nullopt;
  const double wanted = std::clamp(share, 0.0, 1.0) * static_cast<double>(all);
  double before = 0;
  for (std::size_t i = 0; i < kClasses; ++i) {
    const auto here = static_cast<double>(counts_[i]);
    if (here > 0 && before + here >= wanted) {
      const auto low =
          i == 0 ? std::chrono::nanoseconds(0) : std::chrono::nanoseconds(end_of(i - 1));
      const std::chrono::nanoseconds high = end_of(i);
      const double part = (wanted - before) / here;
      return low + std::chrono::nanoseconds(
                       static_cast<std::int64_t>(part * static_cast<double>((high - low).count())));
    }
    before += here;
  }
  return std::chrono::nanoseconds(end_of(kClasses - 1));
}

std::uint64_t Figures::requests() const noexcept {
  return std::accumulate(by_class.begin(), by_class.end(), std::uint64_t{0});
}

std::uint64_t Figures::in_flight() const noexcept {
  const std::uint64_t done = requests();
  return begun > done ? begun - done : 0;
}

std::uint64_t Figures::sockets_open() const noexcept {
  return sockets_opened > sockets_closed ? sockets_opened - sockets_closed : 0;
}

void Figures::add(const Figures& other) noexcept {
  for (std::size_t i = 0; i < by_class.size(); ++i) by_class[i] += other.by_class[i];
  begun += other.begun;
  failures += other.failures;
  for (std::size_t i = 0; i < limits.size(); ++i) limits[i] += other.limits[i];
  nanoseconds += other.nanoseconds;
  sockets_opened += other.sockets_opened;
  sockets_closed += other.sockets_closed;
  messages_received += other.messages_received;
  messages_sent += other.messages_sent;
  latencies.add(other.latencies);
  runs += other.runs;
  replayed += other.replayed;
  cpu_nanoseconds += other.cpu_nanoseconds;
  peak_memory = std::max(peak_memory, other.peak_memory);
  for (std::size_t i = 0; i < edge_limits.size(); ++i) edge_limits[i] += other.edge_limits[i];
  accepted += other.accepted;
  tls_resumed += other.tls_resumed;
  coding_hits += other.coding_hits;
  coding_misses += other.coding_misses;
}

LoopMetrics::~LoopMetrics() {
  for (std::size_t segment = 0; segment < kSegments; ++segment) {
    Slot* slots = by_worker_[segment].load(kRelaxed);
    if (slots == nullptr) continue;
    const std::size_t size = std::size_t{1} << (kFirstBits + (segment == 0 ? 0 : segment - 1));
    for (std::size_t i = 0; i < size; ++i) delete slots[i].load(kRelaxed);
    delete[] slots;
  }
}

LoopMetrics::Place LoopMetrics::place_of(std::size_t worker) noexcept {
  const auto segment = static_cast<std::size_t>(std::bit_width(worker >> kFirstBits));
  const std::size_t size = std::size_t{1} << (kFirstBits + (segment == 0 ? 0 : segment - 1));
  return {segment, segment == 0 ? worker : worker - size, size};
}

LoopMetrics::Counters* LoopMetrics::of_worker(std::size_t worker) {
  const Place place = place_of(worker);
  if (place.segment >= kSegments) return nullptr;
  Slot* slots = by_worker_[place.segment].load(kRelaxed);
  if (slots == nullptr) {
    slots = new Slot[place.size]();
    by_worker_[place.segment].store(slots, std::memory_order_release);
  }
  Counters* counters = slots[place.index].load(kRelaxed);
  if (counters != nullptr) return counters;
  counters = new Counters();
  slots[place.index].store(counters, std::memory_order_release);
  return counters;
}

void LoopMetrics::end(Counters& counters, std::size_t status_class, std::size_t latency_class,
                      std::uint64_t nanoseconds) noexcept {
  bump(counters.by_class[status_class]);
  if (status_class == 1) return;
  bump(counters.nanoseconds, nanoseconds);
  bump(counters.latencies[latency_class]);
}

void LoopMetrics::ended(std::size_t worker, int status, std::chrono::nanoseconds took) {
  const std::size_t status_class = class_of_status(status);
  const std::size_t latency_class = Latencies::class_of(took);
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
  end(all_, status_class, latency_class, nanoseconds);
  if (Counters* own = of_worker(worker)) end(*own, status_class, latency_class, nanoseconds);
}

void LoopMetrics::failed(std::size_t worker, std::optional<Limit> limit) {
  bump(all_.failures);
  if (Counters* own = of_worker(worker)) bump(own->failures);
  if (limit) limited(worker, *limit);
}

void LoopMetrics::limited(std::size_t worker, Limit limit) {
  const auto number = static_cast<std::size_t>(limit);
  bump(all_.limits[number]);
  if (Counters* own = of_worker(worker)) bump(own->limits[number]);
}

void LoopMetrics::count(std::size_t worker, Count Counters::* which) {
  bump(all_.*which);
  if (Counters* own = of_worker(worker)) bump(own->*which);
}

void LoopMetrics::ran(Counters& counters, TopLevel top_level, std::uint64_t cpu_nanoseconds,
                      std::uint64_t memory_bytes) noexcept {
  bump(counters.runs);
  if (top_level == TopLevel::Replayed) bump(counters.replayed);
  bump(counters.cpu_nanoseconds, cpu_nanoseconds);
  if (memory_bytes > counters.peak_memory.load(kRelaxed))
    counters.peak_memory.store(memory_bytes, kRelaxed);
}

void LoopMetrics::refused(int status) noexcept {
  bump(all_.begun);
  bump(all_.by_class[class_of_status(status)]);
}

void LoopMetrics::ran(std::size_t worker, TopLevel top_level, std::chrono::nanoseconds cpu,
                      std::uint64_t memory_bytes) {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(cpu.count(), 0));
  ran(all_, top_level, nanoseconds, memory_bytes);
  if (Counters* own = of_worker(worker)) ran(*own, top_level, nanoseconds, memory_bytes);
}

void LoopMetrics::add_to(Figures& sum) const noexcept {
  add(all_, sum);
  for (std::size_t i = 0; i < sum.edge_limits.size(); ++i)
    sum.edge_limits[i] += edge_.limits[i].load(kRelaxed);
  sum.accepted += edge_.accepted.load(kRelaxed);
  sum.tls_resumed += edge_.tls_resumed.load(kRelaxed);
  sum.coding_hits += edge_.coding_hits.load(kRelaxed);
  sum.coding_misses += edge_.coding_misses.load(kRelaxed);
}

void LoopMetrics::add(const Counters& counters, Figures& sum) noexcept {
  for (std::size_t i = 0; i < sum.by_class.size(); ++i)
    sum.by_class[i] += counters.by_class[i].load(kRelaxed);
  sum.begun += counters.begun.load(kRelaxed);
  sum.failures += counters.failures.load(kRelaxed);
  for (std::size_t i = 0; i < sum.limits.size(); ++i)
    sum.limits[i] += counters.limits[i].load(kRelaxed);
  sum.nanoseconds += counters.nanoseconds.load(kRelaxed);
  sum.sockets_opened += counters.sockets_opened.load(kRelaxed);
  sum.sockets_closed += counters.sockets_closed.load(kRelaxed);
  sum.messages_received += counters.messages_received.load(kRelaxed);
  sum.messages_sent += counters.messages_sent.load(kRelaxed);
  for (std::size_t i = 0; i < Latencies::kClasses; ++i)
    sum.latencies.add(i, counters.latencies[i].load(kRelaxed));
  sum.runs += counters.runs.load(kRelaxed);
  sum.replayed += counters.replayed.load(kRelaxed);
  sum.cpu_nanoseconds += counters.cpu_nanoseconds.load(kRelaxed);
  sum.peak_memory = std::max(sum.peak_memory, counters.peak_memory.load(kRelaxed));
}

void LoopMetrics::add_worker_to(std::size_t worker, Figures& sum) const noexcept {
  const Place place = place_of(worker);
  if (place.segment >= kSegments) return;
  const Slot* slots = by_worker_[place.segment].load(std::memory_order_acquire);
  if (slots == nullptr) return;
  const Counters* counters = slots[place.index].load(std::memory_order_acquire);
  if (counters != nullptr) add(*counters, sum);
}

LoopMetrics& Metrics::add_loop() {
  loops_.push_back(std::make_unique<LoopMetrics>());
  return *loops_.back();
}

Figures Metrics::total() const noexcept {
  Figures sum;
  for (const auto& loop : loops_) loop->add_to(sum);
  return sum;
}

Figures Metrics::worker(std::size_t number) const noexcept {
  Figures sum;
  for (const auto& loop : loops_) loop->add_worker_to(number, sum);
  return sum;
}

}  // namespace wws::observe
