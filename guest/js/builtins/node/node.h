/* Modules that the engine itself has: `import runtime from "wws:node"`, for the modules that stand
 * in for Node's. Nothing of them is made before they are imported.
 */
#ifndef WWS_GUEST_JS_BUILTINS_NODE_NODE_H
#define WWS_GUEST_JS_BUILTINS_NODE_NODE_H

#include "quickjs.h"

int wws_builtin_node(JSContext* context);

/* The module of that name; NULL without exception when the engine has none. */
JSModuleDef* wws_node_module(JSContext* context, const char* name);

#endif
