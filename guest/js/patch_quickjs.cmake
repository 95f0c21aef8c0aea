# quickjs.c and libregexp.c as they are built here, in ${WWS_QUICKJS_PATCHED}: better positions in stacks, and what images
# ask for (docs/adr/0012-quickjs-for-images.md).
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
    message(FATAL_ERROR "QuickJS is not the one that patch_quickjs.cmake knows: ${what}")
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

# Objects that are made alike find their shapes at once (shapes_unit.h).
wws_patch_quickjs("the growth of objects"
"    new_size = max_int(count, sh->prop_size * 3 / 2);
    /* Reallocate prop"
"    new_size = max_int(count, sh->prop_size * 2);
    /* Reallocate prop")
wws_patch_quickjs("a shape"
"    uint8_t is_hashed;
    uint32_t hash; /* current hash value */
"
"    uint8_t is_hashed;
    uint8_t wws_kept; /* an object that goes on from here leaves its shapes in wws_shape_steps */
    uint32_t hash; /* current hash value */
")
wws_patch_quickjs("the shapes of a runtime"
"struct JSRuntime {
    JSMallocFunctions mf;
"
"typedef struct {
    JSShape *from, *to; /* held */
    JSAtom name;
    int flags;
    const void *seen_from; /* compared only */
    JSAtom seen_name;
} wws_shape_step;

struct JSRuntime {
    wws_shape_step wws_shape_steps[64];
    JSMallocFunctions mf;
")
wws_patch_quickjs("a new shape"
"    sh->deleted_prop_count = 0;
    sh->is_hashed = false;
    return sh;
"
"    sh->deleted_prop_count = 0;
    sh->is_hashed = false;
    sh->wws_kept = false;
    return sh;
")
wws_patch_quickjs("a shape's copy"
"    add_gc_object(ctx->rt, &sh->header, JS_GC_OBJ_TYPE_SHAPE);
    sh->is_hashed = false;
    if (sh->proto) {
"
"    add_gc_object(ctx->rt, &sh->header, JS_GC_OBJ_TYPE_SHAPE);
    sh->is_hashed = false;
    sh->wws_kept = false;
    if (sh->proto) {
")
wws_patch_quickjs("adding a property"
"        /* try to find an existing shape */
        new_sh = find_hashed_shape_prop(ctx->rt, sh, prop, prop_flags);
        if (new_sh) {
"
"        /* try to find an existing shape */
        new_sh = wws_next_shape(ctx->rt, sh, prop, prop_flags);
        if (!new_sh) {
            new_sh = find_hashed_shape_prop(ctx->rt, sh, prop, prop_flags);
            if (JS_REF_COUNT(sh) != 1 && wws_keeps_step(ctx->rt, sh, prop)) {
                if (!new_sh) {
                    new_sh = js_clone_shape(ctx, sh);
                    if (!new_sh)
                        return NULL;
                    new_sh->is_hashed = true;
                    js_shape_hash_link(ctx->rt, new_sh);
                    if (add_shape_property(ctx, &new_sh, NULL, prop, prop_flags)) {
                        js_free_shape(ctx->rt, new_sh);
                        return NULL;
                    }
                    wws_keep_step(ctx->rt, sh, prop, prop_flags, new_sh);
                    js_free_shape(ctx->rt, new_sh);
                } else {
                    wws_keep_step(ctx->rt, sh, prop, prop_flags, new_sh);
                }
            }
        }
        if (new_sh) {
")
wws_patch_quickjs("a function's length and name"
"    /* ES6 feature non compatible with ES5.1: length is configurable */
    JS_DefinePropertyValue(ctx, func_obj, JS_ATOM_length, js_int32(len),
                           JS_PROP_CONFIGURABLE);
    JS_DefinePropertyValue(ctx, func_obj, JS_ATOM_name,
                           JS_AtomToString(ctx, name), JS_PROP_CONFIGURABLE);
"
"    /* ES6 feature non compatible with ES5.1: length is configurable */
    wws_define_new(ctx, func_obj, JS_ATOM_length, js_int32(len), JS_PROP_CONFIGURABLE);
    wws_define_new(ctx, func_obj, JS_ATOM_name, JS_AtomToString(ctx, name), JS_PROP_CONFIGURABLE);
")
wws_patch_quickjs("a literal's property"
"                atom = get_u32(pc);
                pc += 4;

                ret = JS_DefinePropertyValue(ctx, sp[-2], atom, sp[-1],
                                             JS_PROP_C_W_E | JS_PROP_THROW);
                sp--;
"
"                atom = get_u32(pc);
                pc += 4;

                ret = wws_define_own(ctx, sp[-2], atom, sp[-1]);
                sp--;
")

# Blocks of an arena are made when they are first needed, not all at once: a request writes to fewer
# pages. And the last arena with room is not given back when it is empty, to be made again.
wws_patch_quickjs("the size of an arena"
"#define JS_ARENA_SIZE              4096
"
"#define JS_ARENA_SIZE              1024
")
wws_patch_quickjs("an arena"
"    uint16_t n_blocks;
    uint16_t first_free_block;    /* JS_ARENA_FREE_NIL if none */
"
"    uint16_t n_blocks;
    uint16_t n_made_blocks;       /* those behind were never used */
    uint16_t first_free_block;    /* JS_ARENA_FREE_NIL if none */
")
wws_patch_quickjs("a new arena"
"    ar->first_free_block = 0;
    for (i = 0; i < n_blocks - 1; i++) {
        b = arena_get_block(ar, i, block_size);
        b->u.free_next = i + 1;
        b->block_size_idx = block_size_idx;
    }
    b = arena_get_block(ar, n_blocks - 1, block_size);
    b->u.free_next = JS_ARENA_FREE_NIL;
    b->block_size_idx = block_size_idx;
"
"    ar->n_made_blocks = 0;
    ar->first_free_block = JS_ARENA_FREE_NIL;
")
wws_patch_quickjs("a new arena's variables"
"    JSMallocBlockHeader *b;
    JSArena *ar;
    int n_blocks, block_size, i;
"
"    JSArena *ar;
    int n_blocks, block_size;
")
wws_patch_quickjs("a block"
"        block_idx = ar->first_free_block;
        b = arena_get_block(ar, block_idx, block_size);
        ar->first_free_block = b->u.free_next;
"
"        block_idx = ar->first_free_block;
        if (block_idx == JS_ARENA_FREE_NIL) {
            block_idx = ar->n_made_blocks++;
            b = arena_get_block(ar, block_idx, block_size);
            b->block_size_idx = block_size_idx;
        } else {
            b = arena_get_block(ar, block_idx, block_size);
            ar->first_free_block = b->u.free_next;
        }
")
wws_patch_quickjs("an empty arena"
"        if (unlikely(ar->n_used_blocks == 0)) {
            list_del(&ar->link);
"
"        if (unlikely(ar->n_used_blocks == 0) && ar->free_link.next != ar->free_link.prev) {
            list_del(&ar->link);
")

# What is in an image is there for good: its references are not counted, so that a request that only
# reads it does not write to its pages (wws_hold and wws_let_go in quickjs_unit.c).
function(wws_patch_counts what old new times)
  string(REGEX MATCHALL "${old}" found "${quickjs}")
  list(LENGTH found count)
  if(NOT count EQUAL times)
    message(FATAL_ERROR "QuickJS is not the one that patch_quickjs.cmake knows: ${what}: ${count}")
  endif()
  string(REGEX REPLACE "${old}" "${new}" patched "${quickjs}")
  set(quickjs "${patched}" PARENT_SCOPE)
endfunction()
wws_patch_quickjs("a shape that an object has for itself"
"    assert(JS_REF_COUNT(p->shape) == 1);
    if (add_shape_property"
"    assert(JS_REF_COUNT(p->shape) == 1 || JS_REF_COUNT(p->shape) >= WWS_IMMORTAL);
    if (add_shape_property")
wws_patch_counts("one reference more" "JS_REF_COUNT\\(([a-z0-9_>-]+)\\)\\+\\+" "wws_hold(&JS_REF_COUNT(\\1))" 19)
wws_patch_counts("one reference less, asked" "--JS_REF_COUNT\\(([a-z0-9_>-]+)\\)" "wws_let_go(&JS_REF_COUNT(\\1))" 7)
wws_patch_counts("one reference less" "JS_REF_COUNT\\(([a-z0-9_>-]+)\\)--" "wws_let_go(&JS_REF_COUNT(\\1))" 2)

# Regular expressions that nobody changed are matched without the objects in between (regexp_unit.h).
wws_patch_counts("writing lastIndex" "JS_SetProperty\\(ctx, (this_val|rx|splitter), JS_ATOM_lastIndex," "wws_set_last_index(ctx, \\1," 12)
wws_patch_counts("reading lastIndex" "JS_GetProperty\\(ctx, (this_val|rx|splitter), JS_ATOM_lastIndex\\)" "wws_last_index(ctx, \\1)" 7)
wws_patch_quickjs("what a match captured"
"            if (JS_DefinePropertyValueUint32(ctx, obj, i, val, prop_flags) < 0)
                goto fail;
        }

        if (!JS_IsUndefined(indices)) {
"
"            if (wws_append_capture(ctx, obj, val) < 0)
                goto fail;
        }

        if (!JS_IsUndefined(indices)) {
")
wws_patch_quickjs("calling exec"
"    JSValue method, ret;

    method = JS_GetProperty(ctx, r, JS_ATOM_exec);
"
"    JSValue method, ret;

    if (wws_has_plain_exec(ctx, r))
        return js_regexp_exec(ctx, r, 1, &s);
    method = JS_GetProperty(ctx, r, JS_ATOM_exec);
")
wws_patch_quickjs("RegExp's test"
"    JSValue val;
    bool ret;

    val = JS_RegExpExec(ctx, this_val, argv[0]);
"
"    JSValue val;
    bool ret;

    int quick = wws_regexp_test(ctx, this_val, argv[0]);
    if (quick != -2)
        return quick < 0 ? JS_EXCEPTION : js_bool(quick);
    val = JS_RegExpExec(ctx, this_val, argv[0]);
")
wws_patch_quickjs("RegExp's replace"
"    if (!JS_IsObject(rx))
        return JS_ThrowTypeErrorNotAnObject(ctx);

    string_buffer_init(ctx, b, 0);
    value_buffer_init(ctx, results);
"
"    if (!JS_IsObject(rx))
        return JS_ThrowTypeErrorNotAnObject(ctx);

    JSValue quick = wws_regexp_replace(ctx, rx, argv[0], rep);
    if (!JS_IsUninitialized(quick))
        return quick;
    string_buffer_init(ctx, b, 0);
    value_buffer_init(ctx, results);
")
wws_patch_quickjs("RegExp's match"
"    if (!JS_IsObject(rx))
        return JS_ThrowTypeErrorNotAnObject(ctx);

    A = JS_UNDEFINED;
    flags = JS_UNDEFINED;
    result = JS_UNDEFINED;
    matchStr = JS_UNDEFINED;
"
"    if (!JS_IsObject(rx))
        return JS_ThrowTypeErrorNotAnObject(ctx);

    JSValue quick = wws_regexp_match(ctx, rx, argv[0]);
    if (!JS_IsUninitialized(quick))
        return quick;
    A = JS_UNDEFINED;
    flags = JS_UNDEFINED;
    result = JS_UNDEFINED;
    matchStr = JS_UNDEFINED;
")
wws_patch_quickjs("RegExp's split"
"    if (!JS_IsObject(rx))
        return JS_ThrowTypeErrorNotAnObject(ctx);

    ctor = JS_UNDEFINED;
    splitter = JS_UNDEFINED;
    A = JS_UNDEFINED;
"
"    if (!JS_IsObject(rx))
        return JS_ThrowTypeErrorNotAnObject(ctx);

    JSValue quick = wws_regexp_split(ctx, rx, argv[0], argv[1]);
    if (!JS_IsUninitialized(quick))
        return quick;
    ctor = JS_UNDEFINED;
    splitter = JS_UNDEFINED;
    A = JS_UNDEFINED;
")

# Comparisons that need no function's help, a switch over texts above all (interpreter_unit.h).
wws_patch_quickjs("strict comparisons"
"            OP_CMP(OP_strict_eq, ==, js_strict_eq_slow(ctx, sp, 0));
            OP_CMP(OP_strict_neq, !=, js_strict_eq_slow(ctx, sp, 1));
"
"#define WWS_STRICT_CMP(opcode, is_neq)                              \\
            CASE(opcode):                                           \\
                {                                                   \\
                int equal = wws_strict_eq(sp[-2], sp[-1]);          \\
                if (unlikely(equal < 0)) {                          \\
                    sf->cur_pc = pc;                                \\
                    if (js_strict_eq_slow(ctx, sp, is_neq))         \\
                        goto exception;                             \\
                } else {                                            \\
                    JS_FreeValue(ctx, sp[-2]);                      \\
                    JS_FreeValue(ctx, sp[-1]);                      \\
                    sp[-2] = js_bool(equal ^ is_neq);               \\
                }                                                   \\
                sp--;                                               \\
                }                                                   \\
            BREAK
            WWS_STRICT_CMP(OP_strict_eq, 0);
            WWS_STRICT_CMP(OP_strict_neq, 1);
")
wws_patch_quickjs("a case of a switch"
"        CASE(OP_dup):
            sp[0] = js_dup(sp[-1]);
"
"        CASE(OP_dup):
            if (*pc == OP_push_atom_value && pc[5] == OP_strict_eq) {
                int equal = wws_equals_atom(rt, sp[-1], get_u32(pc + 1));
                if (likely(equal >= 0)) {
                    pc += 6;
                    if ((*pc == OP_if_false8 || *pc == OP_if_true8) && (int8_t)pc[1] >= 0) {
                        pc += equal == (*pc == OP_if_true8) ? 1 + (int8_t)pc[1] : 2;
                    } else if ((*pc == OP_if_false || *pc == OP_if_true) && (int32_t)get_u32(pc + 1) >= 0) {
                        pc += equal == (*pc == OP_if_true) ? 1 + (int32_t)get_u32(pc + 1) : 5;
                    } else {
                        *sp++ = js_bool(equal);
                    }
                    BREAK;
                }
            }
            sp[0] = js_dup(sp[-1]);
")

# What stops a guest is the host's clock (epochs), which the module looks at in each loop and call.
wws_patch_quickjs("looking for interrupts"
"    if (unlikely(--ctx->interrupt_counter <= 0)) {
        return __js_poll_interrupts(ctx);
    } else {
        return 0;
    }
"
"    return 0;
")
wws_patch_quickjs("variables that are undefined"
"    for(i = 0; i < b->var_count; i++)
        var_buf[i] = JS_UNDEFINED;
"
"    for (JSValue *at = var_buf, *end = var_buf + b->var_count; at < end; at++)
        *at = JS_UNDEFINED;
")

# A member of a variable's object is read without holding the object meanwhile.
foreach(variable IN ITEMS loc0 loc1 loc2 loc3 arg0 arg1 arg2 arg3)
  string(REGEX REPLACE "loc(.)" "var_buf[\\1]" place ${variable})
  string(REGEX REPLACE "arg(.)" "arg_buf[\\1]" place ${place})
  wws_patch_quickjs("reading ${variable}"
"        CASE(OP_get_${variable}): *sp++ = js_dup(${place}); BREAK;
"
"        CASE(OP_get_${variable}): WWS_GET(${place}); BREAK;
")
endforeach()
wws_patch_quickjs("reading a variable"
"        CASE(OP_get_loc8): *sp++ = js_dup(var_buf[*pc++]); BREAK;
"
"#define WWS_GET(variable)                                                     \\
            do {                                                              \\
                JSValue got = variable;                                       \\
                if (*pc == OP_get_field && JS_VALUE_GET_TAG(got) == JS_TAG_OBJECT) { \\
                    wws_member_of = JS_VALUE_GET_OBJ(got);                    \\
                    goto wws_member;                                          \\
                }                                                             \\
                *sp++ = js_dup(got);                                          \\
            } while (0)
        CASE(OP_get_loc8):
            i = *pc++;
            WWS_GET(var_buf[i]);
            BREAK;
")
wws_patch_quickjs("reading a member"
"        CASE(OP_get_field):
            {
"
"        wws_member:
            {
                JSProperty *found = wws_find_value(wws_member_of, get_u32(pc + 1));
                if (likely(found)) {
                    *sp++ = js_dup(found->u.value);
                    pc += 5;
                } else {
                    *sp++ = js_dup(JS_MKPTR(JS_TAG_OBJECT, wws_member_of));
                }
            }
            BREAK;
        CASE(OP_get_field):
            {
")
wws_patch_quickjs("the interpreter's variables"
"    JSVarRef **var_refs;
    size_t alloca_size;

#ifdef ENABLE_DUMPS // JS_DUMP_BYTECODE_STEP
"
"    JSVarRef **var_refs;
    size_t alloca_size;
    JSObject *wws_member_of;

#ifdef ENABLE_DUMPS // JS_DUMP_BYTECODE_STEP
")

file(WRITE ${WWS_QUICKJS_PATCHED}/quickjs.c.new "${quickjs}")
file(COPY_FILE ${WWS_QUICKJS_PATCHED}/quickjs.c.new ${WWS_QUICKJS_PATCHED}/quickjs.c ONLY_IF_DIFFERENT)

# libregexp.c passes over positions where no match can begin (regexp_first_unit.h).
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${WWS_QUICKJS}/libregexp.c)
file(READ ${WWS_QUICKJS}/libregexp.c quickjs)
wws_patch_quickjs("compiling a regular expression"
"uint8_t *lre_compile(int *plen, char *error_msg"
"static bool is_line_terminator(uint32_t c);
#include \"engine/regexp_first_unit.h\"

uint8_t *lre_compile(int *plen, char *error_msg")
wws_patch_quickjs("a compiled regular expression"
"    s->byte_code.buf[RE_HEADER_CAPTURE_COUNT] = s->capture_count;
"
"    first_append(s);
    s->byte_code.buf[RE_HEADER_CAPTURE_COUNT] = s->capture_count;
")
wws_patch_quickjs("what executes a regular expression"
"/* Return 1 if match, 0 if not match or < 0 if error (see LRE_RET_x). cindex is the
"
"#include \"engine/regexp_exec_unit.h\"

/* Return 1 if match, 0 if not match or < 0 if error (see LRE_RET_x). cindex is the
")
wws_patch_quickjs("looking for interrupts"
"    if (unlikely(--s->interrupt_counter <= 0)) {
        s->interrupt_counter = INTERRUPT_COUNTER_INIT;
        if (lre_check_timeout(s->opaque))
            return LRE_RET_TIMEOUT;
    }
    return 0;
"
"    return 0;
")
wws_patch_quickjs("executing a regular expression"
"    ret = lre_exec_backtrack(s, capture, bc_buf + RE_HEADER_LEN, cptr);
"
"    ret = wws_exec(s, capture, bc_buf, cptr);
")
file(WRITE ${WWS_QUICKJS_PATCHED}/libregexp.c.new "${quickjs}")
file(COPY_FILE ${WWS_QUICKJS_PATCHED}/libregexp.c.new ${WWS_QUICKJS_PATCHED}/libregexp.c ONLY_IF_DIFFERENT)
