// Result<T>: a value or an Error. Everything that can fail returns one.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/error.h"

namespace wws {

template <typename T>
using Result = std::expected<T, Error>;

// `return fail(ErrorKind::Invalid, "...")` from a function that returns a Result.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected<Error>(Error(kind, std::move(message)));
}
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

}  // namespace wws

#define WWS_CONCAT_INNER(a, b) a##b
#define WWS_CONCAT(a, b) WWS_CONCAT_INNER(a, b)

// WWS_TRY(auto x, f()): declares x from f()'s value, or returns its error from this function.
#define WWS_TRY(declaration, expression) \
  WWS_TRY_IMPL(WWS_CONCAT(wws_try_, __LINE__), declaration, expression, return)
// WWS_CHECK(f()): returns the error of a Result<void>, else goes on.
#define WWS_CHECK(expression) WWS_CHECK_IMPL(WWS_CONCAT(wws_try_, __LINE__), expression, return)
// The same inside a coroutine.
#define WWS_CO_TRY(declaration, expression) \
  WWS_TRY_IMPL(WWS_CONCAT(wws_try_, __LINE__), declaration, expression, co_return)
#define WWS_CO_CHECK(expression) \
  WWS_CHECK_IMPL(WWS_CONCAT(wws_try_, __LINE__), expression, co_return)

#define WWS_TRY_IMPL(name, declaration, expression, leave) \
  auto name = (expression);                                \
  if (!name) leave ::wws::fail(std::move(name).error());   \
  declaration = std::move(*name)
#define WWS_CHECK_IMPL(name, expression, leave)            \
  do {                                                     \
    auto name = (expression);                              \
    if (!name) leave ::wws::fail(std::move(name).error()); \
  } while (false)
