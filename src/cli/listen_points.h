// From flags and settings to where the server listens and what it believes of whoever connects.
#pragma once

#include <vector>

#include "base/result.h"
#include "cli/activation.h"
#include "cli/handover.h"
#include "cli/options.h"
#include "http/tls/certificates.h"
#include "server/server.h"

namespace wws::cli {

// The addresses of --listen, those of --host and --port, the activated sockets and
// --redirect-https.
// --host and --port are also what is listened on where nothing else is asked for. Errors: Invalid,
// for HTTPS without certificates and a redirection without HTTPS.
[[nodiscard]] Result<std::vector<server::ListenPoint>> listen_points(
    const Options& options, const std::vector<ActivatedSocket>& activated);

// Those of an earlier process's sockets that systemd had opened for it.
[[nodiscard]] std::vector<ActivatedSocket> activated_before(
    const std::vector<InheritedSocket>& inherited);
// Gives each point the sockets of its name; what is left over is not listened on any more.
void take_over(std::vector<server::ListenPoint>& points, std::vector<InheritedSocket>& inherited);

[[nodiscard]] std::vector<http::tls::CertificateFiles> certificate_files(const Options& options);

// Errors: Invalid, for what is no network, and a PROXY protocol that nobody is trusted with.
[[nodiscard]] Result<http::Networks> trusted_proxies(const Options& options);

}  // namespace wws::cli
