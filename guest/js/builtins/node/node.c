#include "node.h"

#include <string.h>

#include "../../engine/state.h"
#include "../common/common.h"
#include "../lazy/lazy.h"

static const char kName[] = "wws:node";

static int define_exports(JSContext* context, JSModuleDef* module) {
  JSValue runtime = wws_lazy_object(context, "node");
  if (JS_IsException(runtime)) {
    return -1;
  }
  return JS_SetModuleExport(context, module, "default", runtime);
}

JSModuleDef* wws_node_module(JSContext* context, const char* name) {
  if (strcmp(name, kName) != 0) {
    return NULL;
  }
  JSModuleDef* module = JS_NewCModule(context, name, define_exports);
  if (module && JS_AddModuleExport(context, module, "default") < 0) {
    return NULL;
  }
  return module;
}

static JSValue internal_variables(JSContext* context, JSValueConst this_value, int argc,
                                  JSValueConst* argv) {
  (void)this_value, (void)argc, (void)argv;
  return JS_DupValue(context, wws_engine_of(context)->env);
}

static JSValue internal_context(JSContext* context, JSValueConst this_value, int argc,
                                JSValueConst* argv) {
  (void)this_value, (void)argc, (void)argv;
  return wws_async_context(context);
}

static JSValue internal_enter(JSContext* context, JSValueConst this_value, int argc,
                              JSValueConst* argv) {
  (void)this_value;
  return wws_enter_async_context(context, argc > 0 ? argv[0] : JS_UNDEFINED);
}

static JSValue internal_bind(JSContext* context, JSValueConst this_value, int argc,
                             JSValueConst* argv) {
  (void)this_value;
  return wws_bind_async_context(context, argc > 0 ? argv[0] : JS_UNDEFINED);
}

int wws_builtin_node(JSContext* context) {
  static const JSCFunctionListEntry kFunctions[] = {
      JS_CFUNC_DEF("variables", 0, internal_variables),
      JS_CFUNC_DEF("asyncContext", 0, internal_context),
      JS_CFUNC_DEF("enterContext", 1, internal_enter),
      JS_CFUNC_DEF("bindContext", 1, internal_bind),
  };
  return wws_extend_internals(context, kFunctions, WWS_COUNT(kFunctions));
}
