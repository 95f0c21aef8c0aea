# quickjs.c with better positions in stacks, in ${WWS_QUICKJS_PATCHED}.
#
# As it comes, QuickJS notes the position of few operations: `return null.x` is reported at the last
# noted one before it, and a call at its last argument. Here reading a member notes the member's
# name, taking a value apart its first part, and a call the name of what is called, also after its
# arguments. Only the table of positions grows; the bytecode is the same. A replacement that does not fit exactly once stops the build, so
# that another version of QuickJS is looked at.
set(WWS_QUICKJS_PATCHED ${CMAKE_CURRENT_BINARY_DIR}/quickjs)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${WWS_QUICKJS}/quickjs.c)
file(READ ${WWS_QUICKJS}/quickjs.c quickjs)

function(wws_patch_quickjs what old new)
  string(FIND "${quickjs}" "${old}" first)
  string(FIND "${quickjs}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "quickjs.c is not the one that patch_quickjs.cmake knows: ${what}")
  endif()
  string(REPLACE "${old}" "${new}" patched "${quickjs}")
  set(quickjs "${patched}" PARENT_SCOPE)
endfunction()

wws_patch_quickjs("the parser's state"
"typedef struct JSParseState {
    JSContext *ctx;
"
"typedef struct JSParseState {
    JSContext *ctx;
    int noted_line_num, noted_col_num; /* the position noted last */
")
wws_patch_quickjs("noting a position"
"    DynBuf *bc = &fd->byte_code;

    dbuf_putc(bc, OP_source_loc);
"
"    DynBuf *bc = &fd->byte_code;

    s->noted_line_num = line_num;
    s->noted_col_num = col_num;
    dbuf_putc(bc, OP_source_loc);
")
wws_patch_quickjs("emitting an operation"
"static void emit_op(JSParseState *s, uint8_t val)
{
    JSFunctionDef *fd = s->cur_func;
"
"static void emit_op(JSParseState *s, uint8_t val)
{
    JSFunctionDef *fd = s->cur_func;
    if (val == OP_get_field || val == OP_get_array_el || val == OP_to_object ||
        val == OP_for_of_start || val == OP_for_await_of_start)
        emit_source_loc(s);
")
wws_patch_quickjs("what is called"
"            parse_func_call2:
                emit_source_loc(s);
"
"            parse_func_call2:
                opcode = get_prev_opcode(fd);
                if (opcode != OP_get_field && opcode != OP_scope_get_var)
                    emit_source_loc(s);
")
wws_patch_quickjs("the variables of a call"
"    FuncCallType call_type;
    int optional_chaining_label;
"
"    FuncCallType call_type;
    int call_line_num, call_col_num;
    int optional_chaining_label;
")
wws_patch_quickjs("the arguments of a call"
"            if (call_type == FUNC_CALL_TEMPLATE) {
                if (js_parse_template(s, 1, &arg_count))
"
"            call_line_num = s->noted_line_num;
            call_col_num = s->noted_col_num;
            if (call_type == FUNC_CALL_TEMPLATE) {
                if (js_parse_template(s, 1, &arg_count))
")
wws_patch_quickjs("a call with spread arguments"
"                /* drop the index */
                emit_op(s, OP_drop);

                /* apply function call */
"
"                /* drop the index */
                emit_op(s, OP_drop);

                emit_source_loc_at(s, call_line_num, call_col_num);
                /* apply function call */
")
wws_patch_quickjs("a call"
"            emit_func_call:
                switch(opcode) {
"
"            emit_func_call:
                emit_source_loc_at(s, call_line_num, call_col_num);
                switch(opcode) {
")
# A buffer of ours that is not to be detached (wws_pinned_buffer): its [[ArrayBufferDetachKey]].
wws_patch_quickjs("what manages a buffer"
"/* Typed Arrays */

static uint8_t const typed_array_size_log2"
"/* Typed Arrays */

void *wws_pinned_buffer(JSRuntime *rt, void *opaque, void *ptr, size_t size)
{
    return NULL;
}

static uint8_t const typed_array_size_log2")
wws_patch_quickjs("transferring a buffer"
"    if (abuf->detached)
        return JS_ThrowTypeErrorDetachedArrayBuffer(ctx);
    pmax_len = NULL;
"
"    if (abuf->detached)
        return JS_ThrowTypeErrorDetachedArrayBuffer(ctx);
    if (abuf->realloc_func == wws_pinned_buffer)
        return JS_ThrowTypeError(ctx, \"the ArrayBuffer of a WebAssembly.Memory cannot be detached\");
    pmax_len = NULL;
")

# AsyncLocalStorage: what runs later does so in the context that it was started in (internals.h).
wws_patch_quickjs("a promise's reaction"
"        rd->handler = js_dup(handler);
"
"        rd->handler = wws_bind_async_context(ctx, handler);
")
wws_patch_quickjs("a microtask"
"    if (JS_EnqueueJob(ctx, js_microtask_job, 1, &argv[0]))
        return JS_EXCEPTION;
"
"    JSValue bound = wws_bind_async_context(ctx, argv[0]);
    int enqueued = JS_EnqueueJob(ctx, js_microtask_job, 1, vc(&bound));
    JS_FreeValue(ctx, bound);
    if (enqueued)
        return JS_EXCEPTION;
")

# Stacks of a script that was made of other files are in those files when they are read (internals.h).
wws_patch_quickjs("a stack that an error keeps"
"    } else {
        js_dbuf_init(ctx, &dbuf);
        if (stack_trace_limit == 0)
"
"    } else {
        js_dbuf_init(ctx, &dbuf);
        if (!has_filter_func && can_store_error_stack(error_obj))
            wws_mark_stack(ctx, &dbuf);
        if (stack_trace_limit == 0)
")
wws_patch_quickjs("a stack that is a property"
"    if (JS_IsUndefined(ctx->error_back_trace))
        ctx->error_back_trace = js_dup(stack);
"
"    if (!has_prepare && (has_filter_func || !can_store_error_stack(error_obj)))
        stack = wws_map_stack(ctx, stack);
    if (JS_IsUndefined(ctx->error_back_trace))
        ctx->error_back_trace = js_dup(stack);
")
wws_patch_quickjs("reading a stack"
"        return JS_UNDEFINED;
    return js_dup(p->u.object_data);
"
"        return JS_UNDEFINED;
    if (wws_is_marked_stack(p->u.object_data))
        p->u.object_data = wws_map_stack(ctx, p->u.object_data);
    return js_dup(p->u.object_data);
")

# JSON without a replacer or reviver is ours (json_unit.h).
wws_patch_quickjs("writing JSON"
"    StringBuffer b_s;
    JSONStringifyContext jsc_s, *jsc = &jsc_s;
    JSValue val, v, space, ret, wrapper;
    int res;
    int64_t i, j, n;

"
"    StringBuffer b_s;
    JSONStringifyContext jsc_s, *jsc = &jsc_s;
    JSValue val, v, space, ret, wrapper;
    int res;
    int64_t i, j, n;

    if (!JS_IsObject(replacer))
        return wws_json_stringify(ctx, obj, space0);
")
wws_patch_quickjs("reading JSON"
"    JSValue val = JS_UNDEFINED;

    js_parse_init(ctx, s, buf, buf_len, filename, 1);
"
"    JSValue val = JS_UNDEFINED;

    if (!pr) {
        val = wws_json_parse(ctx, buf, buf_len);
        if (!JS_IsUninitialized(val))
            return val;
        val = JS_UNDEFINED; /* no JSON: below the message is made */
    }
    js_parse_init(ctx, s, buf, buf_len, filename, 1);
")

file(WRITE ${WWS_QUICKJS_PATCHED}/quickjs.c.new "${quickjs}")
file(COPY_FILE ${WWS_QUICKJS_PATCHED}/quickjs.c.new ${WWS_QUICKJS_PATCHED}/quickjs.c ONLY_IF_DIFFERENT)
