// What a service manager is told of this process (sd_notify(3)), where it asks for that.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wws::cli {

// "READY=1", "STOPPING=1", "MAINPID=4711": to the socket that NOTIFY_SOCKET names. Without one, or
// when nobody listens there, nothing happens.
void tell_service_manager(
    const std::function<std::optional<std::string>(std::string_view)>& environment,
    std::string_view text);

}  // namespace wws::cli
