#include "cli/listen_points.h"

#include <algorithm>

#include "config/listen.h"

namespace wws::cli {
namespace {

using server::ListenPoint;
using Speaks = ListenPoint::Speaks;
using Scheme = config::ListenSetting::Scheme;

// What the name of a socket of systemd's begins with; no address does.
constexpr std::string_view kActivated = "activated:";

Speaks speaks(Scheme scheme, bool is_unix, const Options& options) {
  if (scheme == Scheme::Https) return Speaks::Https;
  const bool secure = scheme == Scheme::Unsaid && !is_unix && !options.tls_certificates.empty();
  return secure ? Speaks::Https : Speaks::Http;
}

Result<ListenPoint> point_of(const std::string& text, const Options& options) {
  const auto setting = config::parse_listen(text);
  if (!setting) return fail(ErrorKind::Invalid, config::not_an_address(text));
  ListenPoint point;
  point.address = {setting->host, setting->port, setting->path, setting->mode};
  point.name = http::to_string(point.address);
  point.speaks = speaks(setting->scheme, !setting->path.empty(), options);
  return point;
}

// systemd's name of a socket may say what is spoken there.
ListenPoint point_of(const ActivatedSocket& socket, const Options& options) {
  const Scheme scheme = socket.name == "http"    ? Scheme::Http
                        : socket.name == "https" ? Scheme::Https
                                                 : Scheme::Unsaid;
  ListenPoint point;
  point.descriptor = socket.descriptor;
  point.name = std::string(kActivated) + socket.name;
  point.speaks = speaks(scheme, false, options);
  return point;
}

}  // namespace

Result<std::vector<ListenPoint>> listen_points(const Options& options,
                                               const std::vector<ActivatedSocket>& activated) {
  std::vector<ListenPoint> points;
  if (options.address_given || (options.listen.empty() && activated.empty())) {
    ListenPoint point;
    point.address = {options.host, options.port, {}};
    point.name = http::to_string(point.address);
    point.speaks = speaks(Scheme::Unsaid, false, options);
    points.push_back(std::move(point));
  }
  for (const std::string& text : options.listen) {
    WWS_TRY(ListenPoint point, point_of(text, options));
    points.push_back(std::move(point));
  }
  for (const ActivatedSocket& socket : activated) points.push_back(point_of(socket, options));
  const bool secure = std::ranges::any_of(
      points, [](const ListenPoint& point) { return point.speaks == Speaks::Https; });
  if (secure && options.tls_certificates.empty())
    return fail(ErrorKind::Invalid,
                "HTTPS needs a certificate: --tls-cert FILE --tls-key FILE, or [tls] in wws.toml");
  if (!options.redirect_https) return points;
  if (!secure)
    return fail(ErrorKind::Invalid,
                "--redirect-https has nowhere to send to: nothing speaks HTTPS here (--tls-cert)");
  ListenPoint redirect;
  redirect.address = {options.host, *options.redirect_https, {}};
  redirect.name = http::to_string(redirect.address);
  redirect.speaks = Speaks::RedirectToHttps;
  points.push_back(std::move(redirect));
  return points;
}

std::vector<ActivatedSocket> activated_before(const std::vector<InheritedSocket>& inherited) {
  std::vector<ActivatedSocket> sockets;
  for (const InheritedSocket& one : inherited)
    if (one.name.starts_with(kActivated))
      sockets.push_back({one.descriptor, one.name.substr(kActivated.size())});
  return sockets;
}

void take_over(std::vector<ListenPoint>& points, std::vector<InheritedSocket>& inherited) {
  for (ListenPoint& point : points) {
    for (const InheritedSocket& one : inherited) {
      const bool same =
          point.descriptor ? point.descriptor == one.descriptor : point.name == one.name;
      if (same) point.taken_over.push_back(one.descriptor);
    }
    std::erase_if(inherited, [&point](const InheritedSocket& one) {
      return std::ranges::find(point.taken_over, one.descriptor) != point.taken_over.end();
    });
  }
}

std::vector<http::tls::CertificateFiles> certificate_files(const Options& options) {
  std::vector<http::tls::CertificateFiles> files;
  for (std::size_t i = 0; i < options.tls_certificates.size(); ++i)
    files.push_back({options.tls_certificates[i], options.tls_keys[i]});
  return files;
}

Result<http::Networks> trusted_proxies(const Options& options) {
  http::Networks networks;
  for (const std::string& text : options.trusted_proxies)
    if (auto added = networks.add(text); !added)
      return fail(std::move(added).error().with_context("--trusted-proxy"));
  if (options.proxy_protocol && networks.empty())
    return fail(ErrorKind::Invalid,
                "--proxy-protocol needs to know whom to believe: --trusted-proxy NETWORK");
  return networks;
}

}  // namespace wws::cli
