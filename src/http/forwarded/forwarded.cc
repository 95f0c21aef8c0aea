#include "http/forwarded/forwarded.h"

#include <algorithm>
#include <vector>

#include "http/authority.h"
#include "http/blanks.h"

namespace wws::http {
namespace {

// Longer chains are nobody's.
constexpr std::size_t kMostHops = 64;
// Of nginx; many libraries look for it.
constexpr std::string_view kRealIp = "x-real-ip";

// All fields of the name as one list (RFC 9110 section 5.3).
std::optional<std::string> joined(const Headers& headers, std::string_view name) {
  std::optional<std::string> all;
  for (const Header& header : headers) {
    if (!equals_ignoring_case(header.name, name)) continue;
    if (all) all->append(", ");
    if (!all) all.emplace();
    all->append(header.value);
  }
  return all;
}

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t comma = list.find(',');
    parts.push_back(trim(list.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

std::optional<bool> scheme_is_secure(std::string_view scheme) noexcept {
  if (equals_ignoring_case(scheme, "https")) return true;
  if (equals_ignoring_case(scheme, "http")) return false;
  return std::nullopt;
}

// A node of RFC 7239 section 6 without its port: "192.0.2.1:80", "[2001:db8::1]:80". "unknown" and
// obfuscated names are no addresses. X-Forwarded-For has bare IPv6 addresses too.
std::string_view address_of(std::string_view node) noexcept {
  if (is_numeric_address(node)) return node;
  if (node.starts_with('[')) {
    const std::size_t end = node.find(']');
    if (end == std::string_view::npos) return {};
    node = node.substr(1, end - 1);
  } else {
    node = node.substr(0, node.find(':'));
  }
  return is_numeric_address(node) ? node : std::string_view();
}

// The index of the client in a list of nodes.
template <typename AddressAt>
std::size_t find_client(std::size_t count, const Networks& trusted, const AddressAt& address_at) {
  std::size_t at = count - 1;
  while (at > 0 && trusted.contains(address_at(at))) --at;
  return at;
}

// ---- Forwarded ----

struct Element {
  std::string node, proto, host;
};

class ElementReader final {
 public:
  explicit ElementReader(std::string_view text) : rest_(text) {}

  // Nothing when the list is malformed.
  std::optional<std::vector<Element>> read() {
    std::vector<Element> elements;
    while (true) {
      Element element;
      if (!read_element(element) || elements.size() == kMostHops) return std::nullopt;
      elements.push_back(std::move(element));
      if (rest_.empty()) return elements;
      rest_.remove_prefix(1);  // the comma
    }
  }

 private:
  // Up to the comma or the end; pairs are separated by semicolons.
  bool read_element(Element& element) {
    while (true) {
      skip_space();
      if (!at_end_of_element() && !read_pair(element)) return false;
      skip_space();
      if (rest_.empty() || rest_.front() == ',') return true;
      if (rest_.front() != ';') return false;
      rest_.remove_prefix(1);
    }
  }

  bool read_pair(Element& element) {
    const std::size_t equals = rest_.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view name = rest_.substr(0, equals);
    if (!is_token(name)) return false;
    rest_.remove_prefix(equals + 1);
    std::string value;
    if (!read_value(value)) return false;
    std::string* const wanted = member(element, name);
    if (wanted == nullptr) return true;
    if (!wanted->empty()) return false;  // each parameter once (section 4)
    *wanted = std::move(value);
    return true;
  }

  bool read_value(std::string& value) {
    if (rest_.starts_with('"')) return read_quoted(value);
    const std::size_t end = std::min(rest_.find_first_of(",; \t"), rest_.size());
    value = rest_.substr(0, end);
    rest_.remove_prefix(end);
    // Strictly an address with a colon must be quoted; not every proxy does.
    return !value.empty() && value.find('"') == std::string::npos;
  }

  bool read_quoted(std::string& value) {
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return true;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) return false;
      value.push_back(rest_[i]);
    }
    return false;
  }

  static std::string* member(Element& element, std::string_view name) noexcept {
    if (equals_ignoring_case(name, "for")) return &element.node;
    if (equals_ignoring_case(name, "proto")) return &element.proto;
    if (equals_ignoring_case(name, "host")) return &element.host;
    return nullptr;
  }

  void skip_space() noexcept {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
      rest_.remove_prefix(1);
  }
  [[nodiscard]] bool at_end_of_element() const noexcept {
    return rest_.empty() || rest_.front() == ',' || rest_.front() == ';';
  }

  std::string_view rest_;
};

ForwardedFor from_elements(const std::vector<Element>& elements, const Networks& trusted) {
  const std::size_t at = find_client(elements.size(), trusted,
                                     [&](std::size_t i) { return address_of(elements[i].node); });
  const Element& element = elements[at];
  ForwardedFor found{std::string(address_of(element.node)), scheme_is_secure(element.proto), {}};
  if (is_authority(element.host)) found.authority = element.host;
  return found;
}

// ---- X-Forwarded-* ----

// Of a list as long as that of the addresses the one beside the client's; else the nearest proxy's.
std::string_view beside(const std::vector<std::string_view>& values, std::size_t at,
                        std::size_t count) noexcept {
  return values.size() == count ? values[at] : values.back();
}

// Of several, some are the client's.
std::string_view only_real_ip(const Headers& headers) noexcept {
  std::optional<std::string_view> only;
  for (const Header& header : headers) {
    if (!equals_ignoring_case(header.name, kRealIp)) continue;
    if (only) return {};
    only = trim(header.value);
  }
  return only.value_or("");
}

ForwardedFor from_x_headers(const Headers& headers, const Networks& trusted) {
  ForwardedFor found;
  std::size_t at = 0;
  std::size_t count = 0;
  if (const auto list = joined(headers, "x-forwarded-for")) {
    const auto nodes = split(*list);
    count = nodes.size();
    if (count > kMostHops) return {};
    at = find_client(count, trusted, [&](std::size_t i) { return address_of(nodes[i]); });
    found.address = address_of(nodes[at]);
  } else {
    found.address = address_of(only_real_ip(headers));
  }
  if (const auto list = joined(headers, "x-forwarded-proto"))
    found.secure = scheme_is_secure(beside(split(*list), at, count));
  if (const auto list = joined(headers, "x-forwarded-host")) {
    const auto values = split(*list);
    const std::string_view host = beside(values, at, count);
    if (is_authority(host)) found.authority = host;
  }
  return found;
}

}  // namespace

ForwardedFor read_forwarded(const Headers& headers, const Networks& trusted) {
  const auto list = joined(headers, "forwarded");
  if (!list) return from_x_headers(headers, trusted);
  const auto elements = ElementReader(*list).read();
  return elements ? from_elements(*elements, trusted) : ForwardedFor{};
}

void show_client(Headers& headers, const std::string& address) {
  if (!address.empty() && address != "unix")
    headers.set(std::string(kRealIp), address);
  else
    headers.remove(kRealIp);
}

void apply_forwarded(RequestHead& head, const Networks& trusted) {
  ForwardedFor found = read_forwarded(head.headers, trusted);
  if (!found.address.empty()) head.remote_address = std::move(found.address);
  if (found.secure) head.secure = *found.secure;
  if (!found.authority.empty()) name_authority(head, std::move(found.authority));
}

}  // namespace wws::http
