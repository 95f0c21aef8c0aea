// URLPattern's core: ada's, with the engine's own regular expressions. pattern.js has the class.
// https://urlpattern.spec.whatwg.org/
//
// internals:
//   makePattern(input, base, ignoreCase) -> an opaque object; TypeError when it is no pattern
//   patternText(pattern, component) -> string
//   patternHasGroups(pattern) -> boolean
//   matchPattern(pattern, input, base) -> null, or { component: { input, groups } }
// `input` is a string or an array of eight components and a base URL, each a string or undefined;
// `base` a string or undefined. Uses of internals.makeRegExp(source, flags) and
// internals.matchRegExp(regexp, input) -> array of groups or null.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ada.h"

extern "C" {
#include "../common/common.h"
#include "builtins.h"
}

namespace {

// Regular expressions of ada's have no context to come from: the one of the instance.
JSContext* the_context = nullptr;

JSValue text_value(std::string_view text) {
  return JS_NewStringLen(the_context, text.data(), text.size());
}

std::optional<std::string> text_of(JSValueConst value) {
  size_t size = 0;
  const char* text = JS_ToCStringLen(the_context, &size, value);
  if (!text) return std::nullopt;
  std::string copy(text, size);
  JS_FreeCString(the_context, text);
  return copy;
}

void forget_exception() { JS_FreeValue(the_context, JS_GetException(the_context)); }

// A reference to a RegExp.
class Regex final {
 public:
  Regex() = default;
  explicit Regex(JSValue value) : value_(value) {}
  Regex(const Regex& other) : value_(JS_DupValue(the_context, other.value_)) {}
  Regex(Regex&& other) noexcept : value_(std::exchange(other.value_, JS_UNDEFINED)) {}
  Regex& operator=(Regex other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Regex() { JS_FreeValueRT(JS_GetRuntime(the_context), value_); }
  [[nodiscard]] JSValueConst value() const { return value_; }

 private:
  JSValue value_ = JS_UNDEFINED;
};

class Provider final {
 public:
  using regex_type = Regex;

  static std::optional<Regex> create_instance(std::string_view pattern, bool ignore_case) {
    JSValue arguments[] = {text_value(pattern), text_value(ignore_case ? "vi" : "v")};
    JSValue value = wws_call_internal(the_context, "makeRegExp", 2, arguments);
    for (JSValue argument : arguments) JS_FreeValue(the_context, argument);
    if (!JS_IsException(value)) return Regex(value);
    forget_exception();
    return std::nullopt;
  }

  static std::optional<std::vector<std::optional<std::string>>> regex_search(std::string_view input,
                                                                             const Regex& regex) {
    JSValue found = match(input, regex);
    if (!JS_IsObject(found)) {
      if (JS_IsException(found)) forget_exception();
      return std::nullopt;
    }
    std::vector<std::optional<std::string>> groups;
    int64_t count = 0;
    JS_GetLength(the_context, found, &count);
    for (int64_t i = 0; i < count; ++i) {
      JSValue group = JS_GetPropertyInt64(the_context, found, i);
      groups.push_back(JS_IsUndefined(group) ? std::nullopt : text_of(group));
      JS_FreeValue(the_context, group);
    }
    JS_FreeValue(the_context, found);
    return groups;
  }

  static bool regex_match(std::string_view input, const Regex& regex) {
    JSValue found = match(input, regex);
    if (JS_IsException(found)) forget_exception();
    const bool matches = JS_IsObject(found);
    JS_FreeValue(the_context, found);
    return matches;
  }

 private:
  static JSValue match(std::string_view input, const Regex& regex) {
    JSValue text = text_value(input);
    JSValueConst arguments[] = {regex.value(), text};
    JSValue found = wws_call_internal(the_context, "matchRegExp", 2, arguments);
    JS_FreeValue(the_context, text);
    return found;
  }
};

using Pattern = ada::url_pattern<Provider>;

JSClassID pattern_class;

void finalize(JSRuntime*, JSValueConst value) {
  delete static_cast<Pattern*>(JS_GetOpaque(value, pattern_class));
}

// Owns the texts that ada borrows.
struct Input {
  std::string text;
  ada::url_pattern_init init;
  bool is_text = false;
};

std::optional<std::string> member_of(JSValueConst list, uint32_t at) {
  JSValue value = JS_GetPropertyUint32(the_context, list, at);
  std::optional<std::string> text;
  if (!JS_IsUndefined(value)) text = text_of(value);
  JS_FreeValue(the_context, value);
  return text;
}

Input read_input(JSValueConst value) {
  Input input;
  if (JS_IsString(value)) {
    input.is_text = true;
    input.text = text_of(value).value_or("");
    return input;
  }
  ada::url_pattern_init& init = input.init;
  std::optional<std::string>* const members[] = {&init.protocol, &init.username, &init.password,
                                                 &init.hostname, &init.port,     &init.pathname,
                                                 &init.search,   &init.hash,     &init.base_url};
  for (uint32_t i = 0; i < 9; ++i) *members[i] = member_of(value, i);
  return input;
}

JSValue refuse() { return JS_ThrowTypeError(the_context, "URLPattern: the input is not valid"); }

JSValue make_pattern(JSContext* context, JSValueConst, int argc, JSValueConst* argv) {
  if (argc < 3) return refuse();
  Input input = read_input(argv[0]);
  std::string base = JS_IsUndefined(argv[1]) ? "" : text_of(argv[1]).value_or("");
  std::string_view base_view = base;
  const std::string_view* base_pointer = JS_IsUndefined(argv[1]) ? nullptr : &base_view;
  ada::url_pattern_options options;
  options.ignore_case = JS_ToBool(context, argv[2]) > 0;
  using Given = std::variant<std::string_view, ada::url_pattern_init>;
  auto parsed = ada::parse_url_pattern<Provider>(
      input.is_text ? Given(std::string_view(input.text)) : Given(input.init), base_pointer,
      &options);
  if (!parsed) return refuse();
  JSValue object = JS_NewObjectClass(context, static_cast<int>(pattern_class));
  if (!JS_IsException(object)) JS_SetOpaque(object, new Pattern(std::move(*parsed)));
  return object;
}

Pattern* pattern_of(JSContext* context, int argc, JSValueConst* argv) {
  if (argc < 1) {
    JS_ThrowTypeError(context, "Illegal invocation");
    return nullptr;
  }
  return static_cast<Pattern*>(wws_unwrap(context, argv[0], pattern_class));
}

JSValue pattern_text(JSContext* context, JSValueConst, int argc, JSValueConst* argv) {
  const Pattern* pattern = pattern_of(context, argc, argv);
  int32_t component = 0;
  if (!pattern || argc < 2 || JS_ToInt32(context, &component, argv[1])) return JS_EXCEPTION;
  switch (component) {
    case 0: return text_value(pattern->get_protocol());
    case 1: return text_value(pattern->get_username());
    case 2: return text_value(pattern->get_password());
    case 3: return text_value(pattern->get_hostname());
    case 4: return text_value(pattern->get_port());
    case 5: return text_value(pattern->get_pathname());
    case 6: return text_value(pattern->get_search());
    default: return text_value(pattern->get_hash());
  }
}

JSValue pattern_has_groups(JSContext* context, JSValueConst, int argc, JSValueConst* argv) {
  const Pattern* pattern = pattern_of(context, argc, argv);
  return pattern ? JS_NewBool(context, pattern->has_regexp_groups()) : JS_EXCEPTION;
}

JSValue component_value(JSContext* context, const ada::url_pattern_component_result& component) {
  JSValue object = JS_NewObject(context), groups = JS_NewObject(context);
  for (const auto& [name, value] : component.groups) {
    JSAtom atom = JS_NewAtomLen(context, name.data(), name.size());
    JS_DefinePropertyValue(context, groups, atom, value ? text_value(*value) : JS_UNDEFINED,
                           JS_PROP_C_W_E);
    JS_FreeAtom(context, atom);
  }
  JS_DefinePropertyValueStr(context, object, "input", text_value(component.input), JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, object, "groups", groups, JS_PROP_C_W_E);
  return object;
}

JSValue match_pattern(JSContext* context, JSValueConst, int argc, JSValueConst* argv) {
  Pattern* pattern = pattern_of(context, argc, argv);
  if (!pattern || argc < 3) return JS_EXCEPTION;
  Input input = read_input(argv[1]);
  std::string base = JS_IsUndefined(argv[2]) ? "" : text_of(argv[2]).value_or("");
  std::string_view base_view = base;
  const std::string_view* base_pointer = JS_IsUndefined(argv[2]) ? nullptr : &base_view;
  ada::url_pattern_input given = input.is_text
                                     ? ada::url_pattern_input(std::string_view(input.text))
                                     : ada::url_pattern_input(input.init);
  auto result = pattern->exec(given, base_pointer);
  if (!result) return refuse();
  if (!*result) return JS_NULL;
  const ada::url_pattern_result& found = **result;
  const std::pair<const char*, const ada::url_pattern_component_result*> components[] = {
      {"protocol", &found.protocol}, {"username", &found.username}, {"password", &found.password},
      {"hostname", &found.hostname}, {"port", &found.port},         {"pathname", &found.pathname},
      {"search", &found.search},     {"hash", &found.hash}};
  JSValue object = JS_NewObject(context);
  for (const auto& [name, component] : components)
    JS_DefinePropertyValueStr(context, object, name, component_value(context, *component),
                              JS_PROP_C_W_E);
  return object;
}

}  // namespace

extern "C" int wws_builtin_pattern(JSContext* context) {
  the_context = context;
  JSRuntime* runtime = JS_GetRuntime(context);
  JS_NewClassID(runtime, &pattern_class);
  JSClassDef definition{};
  definition.class_name = "URLPatternCore";
  definition.finalizer = finalize;
  if (JS_NewClass(runtime, pattern_class, &definition) < 0) return -1;
  const std::pair<const char*, JSCFunction*> functions[] = {
      {"makePattern", make_pattern},
      {"patternText", pattern_text},
      {"patternHasGroups", pattern_has_groups},
      {"matchPattern", match_pattern}};
  for (const auto& [name, function] : functions) {
    JSValue value = JS_NewCFunction(context, function, name, 0);
    if (JS_IsException(value) ||
        JS_SetPropertyStr(context, wws_internals(context), name, value) < 0)
      return -1;
  }
  return 0;
}
