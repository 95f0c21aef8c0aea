// wws: what comes before there are threads, and the choice of a command. With the commands' files
// (serve_command, check_command, workshop) it is the only place that chooses implementations.
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "cli/check_command.h"
#include "cli/embedded_licenses.h"
#include "cli/new_project.h"
#include "cli/options.h"
#include "cli/serve_command.h"
#include "cli/surroundings.h"
#include "cli/upgrade.h"

namespace {

using namespace wws;  // NOLINT: this file is the program

// OpenSSL inside of this program looks where Debian keeps certificates; other systems keep theirs
// elsewhere. Before there are threads.
void find_certificates() {
  if (cli::environment("SSL_CERT_FILE") || cli::environment("SSL_CERT_DIR")) return;
  for (const char* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    if (access(file, R_OK) != 0) continue;
    setenv("SSL_CERT_FILE", file, 1);
    return;
  }
}

// A server holds many sockets: take what the system allows without asking for more.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// glibc takes a large block from the kernel and gives it back, until one of its size was freed:
// from then on such blocks come from heaps, which keep what a peak has taken. Where the bound is
// set it does not move (mallopt(3)).
void give_large_blocks_back() {
#ifdef __GLIBC__
  constexpr int kLargeBlock = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargeBlock);
  mallopt(M_TRIM_THRESHOLD, 2 * kLargeBlock);
#endif
}

int print_licenses() {
  const std::string_view text = cli::embedded_licenses();
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  give_large_blocks_back();
  const cli::Program program{cli::own_program(), {argv, argv + argc}};
  std::signal(SIGPIPE, SIG_IGN);
  // Until there is somebody to upgrade.
  std::signal(SIGUSR2, SIG_IGN);
  // A worker that writes past the process's file size limit gets an error, not the server's end.
  std::signal(SIGXFSZ, SIG_IGN);
  auto parsed = cli::parse_options(argc, argv);
  if (const auto* exit = std::get_if<cli::Exit>(&parsed)) {
    std::fputs(exit->text.c_str(), exit->code == 0 ? stdout : stderr);
    return exit->code;
  }
  if (std::get<cli::Options>(parsed).licenses) return print_licenses();
  raise_file_limit();
  find_certificates();
  const cli::Options& options = std::get<cli::Options>(parsed);
  switch (options.command) {
    case cli::Command::New: return cli::new_project(options, cli::embedded_templates());
    case cli::Command::Check: return cli::check(options);
    default: return cli::serve(options, program);
  }
}
