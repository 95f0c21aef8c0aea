// The WebAssembly namespace. https://webassembly.github.io/spec/js-api/
// https://webassembly.github.io/spec/web-api/ for compileStreaming() and instantiateStreaming().
//
// Modules run in an interpreter (wasm.h says what it knows). It has no exceptions of WebAssembly: Tag and
// Exception are what JavaScript makes of them, and a module that wants a tag is refused.
(function (internals) {
  "use strict";

  const { defineInterface, requireArguments } = internals;
  const { requireObject, isObject, copyBytes, sequence } = internals.use("webidl");
  const { defineProperty, setPrototypeOf, freeze } = Object;
  const { apply, construct } = Reflect;
  const natives = internals.wasmNatives();
  const kinds = ["function", "table", "memory", "global"];
  const [FUNCTION, , , GLOBAL] = kinds.keys();
  const types = { externref: 0x6f, anyfunc: 0x70, f64: 0x7c, f32: 0x7d, i64: 0x7e, i32: 0x7f };
  const mostPages = 65536;

  const namespace = {};
  const add = (constructor) => {
    defineProperty(namespace, constructor.name, { value: constructor, writable: true, configurable: true });
    return constructor;
  };

  // ---- https://webassembly.github.io/spec/js-api/#error-objects: as the language's own errors are ----

  const defineError = (name) => {
    const { [name]: constructor } = {
      [name]: function (...given) { return construct(Error, given, new.target ?? constructor); },
    };
    setPrototypeOf(constructor, Error);
    defineProperty(constructor, "length", { value: 1, configurable: true });
    defineProperty(constructor, "prototype", { value: Object.create(Error.prototype), writable: false });
    for (const [key, value] of Object.entries({ constructor, name, message: "" })) {
      defineProperty(constructor.prototype, key, { value, writable: true, configurable: true });
    }
    return add(constructor);
  };
  const CompileError = defineError("CompileError");
  const LinkError = defineError("LinkError");
  const RuntimeError = defineError("RuntimeError");
  internals.wasmTrap = (text) => { throw new RuntimeError(text); };

  // What a function of JavaScript gives for several results.
  internals.wasmResults = (returned, count) => {
    if (!isObject(returned)) throw new TypeError("WebAssembly: the results of an imported function must be iterable");
    const list = sequence(returned, "WebAssembly: the results of an imported function");
    if (list.length !== count) throw new TypeError(`WebAssembly: ${count} results wanted, not ${list.length}`);
    return list;
  };

  // ---- conversions ----

  // [EnforceRange] unsigned long
  const toUnsigned = (value, what) => {
    const number = +value;
    const whole = Math.trunc(number);
    if (!(whole >= 0 && whole <= 0xffffffff)) throw new TypeError(`${what} must be a number from 0 to 4294967295`);
    return whole + 0;
  };
  const toType = (value, what) => {
    const type = `${value}`;
    if (type === "v128") throw new TypeError(`${what}: vectors (SIMD) are not supported here`);
    if (!Object.hasOwn(types, type)) throw new TypeError(`${what}: "${type}" is no type of a value`);
    return types[type];
  };
  const readLimits = (descriptor, what) => {
    const { address } = descriptor;
    if (address !== undefined && `${address}` !== "i32") {
      throw new TypeError(`${what}: only addresses of 32 bits are supported here`);
    }
    const initial = descriptor.initial;
    if (initial === undefined) throw new TypeError(`${what}: "initial" is required`);
    const least = toUnsigned(initial, `${what}: "initial"`);
    const maximum = descriptor.maximum;
    const most = maximum === undefined ? undefined : toUnsigned(maximum, `${what}: "maximum"`);
    if (most < least) throw new RangeError(`${what}: "maximum" is less than "initial"`);
    return { least, most };
  };
  const needDescriptor = (given, descriptor, what) => {
    requireArguments(given, 1, what);
    if (!isObject(descriptor)) throw new TypeError(`${what}: the descriptor must be an object`);
    return descriptor;
  };
  const toImports = (imports, what) => {
    if (imports !== undefined && !isObject(imports)) throw new TypeError(`${what}: the imports must be an object`);
    return imports;
  };

  // A handle of webassembly.c has one object. `token` in the place of a descriptor makes it.
  const token = Symbol("handle");
  const wrap = (constructor, handle) => handle.wrapper ??= new constructor(token, handle);
  const take = (self, handle) => {
    handle.wrapper ??= self;
    return handle;
  };

  // ---- Module ----

  const compile = (bytes, what) => {
    const compiled = natives.compile(bytes);
    if (typeof compiled === "string") throw new CompileError(`${what}: ${compiled}`);
    return compiled;
  };

  let handleOfModule, isModule;
  class Module {
    #handle;
    constructor(bytes, handle) {
      if (bytes === token) {
        this.#handle = handle;
        return;
      }
      requireArguments(arguments.length, 1, "WebAssembly.Module");
      this.#handle = compile(copyBytes(bytes, "WebAssembly.Module: the bytes"), "WebAssembly.Module");
    }
    static exports(moduleObject) {
      const handle = needModule(arguments.length, moduleObject, "WebAssembly.Module.exports");
      const flat = natives.exports(handle), list = [];
      for (let i = 0; i < flat.length; i += 2) list.push({ name: flat[i], kind: kinds[flat[i + 1]] });
      return list;
    }
    static imports(moduleObject) {
      const handle = needModule(arguments.length, moduleObject, "WebAssembly.Module.imports");
      return importsOf(handle).map(({ module, name, kind }) => ({ module, name, kind: kinds[kind] }));
    }
    static customSections(moduleObject, sectionName) {
      requireArguments(arguments.length, 2, "WebAssembly.Module.customSections");
      const handle = needModule(arguments.length, moduleObject, "WebAssembly.Module.customSections");
      return natives.sections(handle, `${sectionName}`);
    }
    static {
      isModule = (value) => typeof value === "object" && value !== null && #handle in value;
      handleOfModule = (module) => module.#handle;
      internals.brands.push(isModule);
      internals.serializable.push({ is: isModule, clone: (module) => new Module(token, module.#handle) });
    }
  }
  const needModule = (given, value, what) => {
    requireArguments(given, 1, what);
    if (!isModule(value)) throw new TypeError(`${what}: not a WebAssembly.Module`);
    return handleOfModule(value);
  };
  const importsOf = (handle) => {
    const flat = natives.imports(handle), list = [];
    for (let i = 0; i < flat.length; i += 5) {
      const [module, name, kind, type, isMutable] = flat.slice(i, i + 5);
      list.push({ module, name, kind, type, isMutable });
    }
    return list;
  };

  // ---- Memory ----

  let isMemory, handleOfMemory;
  class Memory {
    #handle;
    constructor(descriptor, handle) {
      if (descriptor === token) {
        this.#handle = handle;
        return;
      }
      const what = "WebAssembly.Memory";
      const given = needDescriptor(arguments.length, descriptor, what);
      const { least, most } = readLimits(given, what);
      const shared = !!given.shared;
      if (shared && most === undefined) throw new TypeError(`${what}: a shared memory needs a "maximum"`);
      if (least > mostPages || most > mostPages) throw new RangeError(`${what}: at most ${mostPages} pages`);
      const made = natives.memory(least, most, shared);
      if (made === undefined) throw new RangeError(`${what}: ${least} pages are more than there is memory`);
      this.#handle = take(this, made);
    }
    grow(delta) {
      const handle = this.#handle;
      requireArguments(arguments.length, 1, "WebAssembly.Memory.grow");
      const before = natives.growMemory(handle, toUnsigned(delta, "WebAssembly.Memory.grow: the number of pages"));
      if (before < 0) throw new RangeError("WebAssembly.Memory.grow: more than the maximum, or than there is memory");
      return before;
    }
    get buffer() {
      const buffer = natives.buffer(this.#handle);
      return buffer instanceof ArrayBuffer ? buffer : freeze(buffer);
    }
    static {
      isMemory = (value) => typeof value === "object" && value !== null && #handle in value;
      handleOfMemory = (memory) => memory.#handle;
      internals.brands.push(isMemory);
    }
  }

  // ---- Table ----

  const mostItems = 10000000;
  let isTable, handleOfTable;
  class Table {
    #handle;
    constructor(descriptor, value) {
      if (descriptor === token) {
        this.#handle = value;
        return;
      }
      const what = "WebAssembly.Table";
      const given = needDescriptor(arguments.length, descriptor, what);
      const element = given.element;
      if (element === undefined) throw new TypeError(`${what}: "element" is required`);
      const type = toType(element, what);
      if (type > types.anyfunc) throw new TypeError(`${what}: "element" must be "anyfunc" or "externref"`);
      const { least, most } = readLimits(given, what);
      if (least > mostItems) throw new RangeError(`${what}: at most ${mostItems} items`);
      const made = natives.table(type, least, most, toItem(type, value, arguments.length > 1));
      if (made === undefined) throw new RangeError(`${what}: ${least} items are more than there is memory`);
      this.#handle = take(this, made);
    }
    get length() { return natives.tableSize(this.#handle); }
    get(index) {
      const handle = this.#handle;
      requireArguments(arguments.length, 1, "WebAssembly.Table.get");
      return natives.tableGet(handle, toUnsigned(index, "WebAssembly.Table.get: the index"));
    }
    set(index, value = undefined) {
      const handle = this.#handle;
      requireArguments(arguments.length, 1, "WebAssembly.Table.set");
      const at = toUnsigned(index, "WebAssembly.Table.set: the index");
      natives.tableSet(handle, at, toItem(natives.tableType(handle), value, arguments.length > 1));
    }
    grow(delta, value = undefined) {
      const handle = this.#handle;
      requireArguments(arguments.length, 1, "WebAssembly.Table.grow");
      const by = toUnsigned(delta, "WebAssembly.Table.grow: the number of items");
      const item = toItem(natives.tableType(handle), value, arguments.length > 1);
      const before = natives.growTable(handle, by, item);
      if (before < 0) throw new RangeError("WebAssembly.Table.grow: more than the maximum, or than there is memory");
      return before;
    }
    static {
      isTable = (value) => typeof value === "object" && value !== null && #handle in value;
      handleOfTable = (table) => table.#handle;
      internals.brands.push(isTable);
    }
  }
  // https://webassembly.github.io/spec/js-api/#defaultvalue
  const toItem = (type, value, isGiven) => (isGiven || type === types.externref ? value : null);
  for (const [name, length] of [["set", 1], ["grow", 1]]) {
    defineProperty(Table.prototype[name], "length", { value: length, configurable: true });
  }

  // ---- Global ----

  const defaultOf = (type) => {
    if (type === types.i64) return 0n;
    return type === types.externref ? undefined : type === types.anyfunc ? null : 0;
  };
  let isGlobal, handleOfGlobal;
  class Global {
    #handle;
    constructor(descriptor, value) {
      if (descriptor === token) {
        this.#handle = value;
        return;
      }
      const what = "WebAssembly.Global";
      const given = needDescriptor(arguments.length, descriptor, what);
      const isMutable = !!given.mutable;
      const wanted = given.value;
      if (wanted === undefined) throw new TypeError(`${what}: "value", the type, is required`);
      const type = toType(wanted, what);
      const isDefault = value === undefined && (type !== types.externref || arguments.length < 2);
      this.#handle = take(this, natives.global(type, isMutable, isDefault ? defaultOf(type) : value));
    }
    get value() { return natives.globalGet(this.#handle); }
    set value(value) {
      const handle = this.#handle;
      requireArguments(arguments.length, 1, "WebAssembly.Global.value");
      natives.globalSet(handle, value);
    }
    valueOf() { return natives.globalGet(this.#handle); }
    static {
      isGlobal = (value) => typeof value === "object" && value !== null && #handle in value;
      handleOfGlobal = (global) => global.#handle;
      internals.brands.push(isGlobal);
    }
  }

  // ---- Instance ----

  const wrappers = [undefined, Table, Memory, Global];

  // A number or other value for an immutable global. https://webassembly.github.io/spec/js-api/#read-the-imports
  const makeGlobal = ({ type, isMutable }, value) => {
    const fits = type === types.i64 ? typeof value === "bigint"
      : type === types.externref || type === types.anyfunc || typeof value === "number";
    if (isMutable || !fits) return undefined;
    try {
      return natives.global(type, false, value);
    } catch {
      return undefined;
    }
  };

  const toImport = (wanted, value) => {
    if (isMemory(value)) return handleOfMemory(value);
    if (isTable(value)) return handleOfTable(value);
    if (isGlobal(value)) return handleOfGlobal(value);
    return wanted.kind === GLOBAL ? makeGlobal(wanted, value) : value;
  };

  const readImports = (handle, imports, what) => {
    const list = importsOf(handle);
    if (list.length > 0 && imports === undefined) {
      throw new TypeError(`${what}: the module has imports, but no object of them was given`);
    }
    return list.map((wanted, number) => {
      const module = imports[wanted.module];
      if (!isObject(module)) throw new TypeError(`${what}: import #${number}: "${wanted.module}" is not an object`);
      const value = module[wanted.name];
      if (wanted.kind === FUNCTION && typeof value !== "function") {
        throw new LinkError(`${what}: import #${number} "${wanted.module}" "${wanted.name}" is not a function`);
      }
      const given = toImport(wanted, value);
      if (wanted.kind !== FUNCTION && !isObject(given)) {
        throw new LinkError(`${what}: import #${number} "${wanted.module}" "${wanted.name}" is no ${kinds[wanted.kind]}`);
      }
      return given;
    });
  };

  const link = (handle, values, what) => {
    const made = natives.instantiate(handle, values);
    if (!Array.isArray(made)) return made;
    const [number, reason] = made;
    const { module, name } = importsOf(handle)[number];
    throw new LinkError(`${what}: import #${number} "${module}" "${name}" ${reason}`);
  };

  const makeExports = (module, instance) => {
    const exports = Object.create(null);
    const flat = natives.exports(module);
    for (let i = 0; i < flat.length; i += 2) {
      const value = natives.exported(instance, i / 2);
      const constructor = wrappers[flat[i + 1]];
      exports[flat[i]] = constructor === undefined ? value : wrap(constructor, value);
    }
    return freeze(exports);
  };

  class Instance {
    #exports;
    constructor(moduleObject, importObject = undefined, linked = undefined) {
      const what = "WebAssembly.Instance";
      let handle, instance;
      if (moduleObject === token) {
        [handle, instance] = [importObject, linked];
      } else {
        handle = needModule(arguments.length, moduleObject, what);
        instance = link(handle, readImports(handle, toImports(importObject, what), what), what);
      }
      this.#exports = makeExports(handle, instance);
      natives.start(instance);
    }
    get exports() { return this.#exports; }
    static { internals.brands.push((value) => #exports in value); }
  }

  // ---- Tag and Exception: https://webassembly.github.io/exception-handling/js-api/ ----

  let isTag, parametersOf;
  class Tag {
    #parameters;
    constructor(type) {
      const what = "WebAssembly.Tag";
      const { parameters } = needDescriptor(arguments.length, type, what);
      if (parameters === undefined) throw new TypeError(`${what}: "parameters" is required`);
      this.#parameters = sequence(parameters, `${what}: "parameters"`, (each) => toType(each, what));
    }
    static {
      isTag = (value) => typeof value === "object" && value !== null && #parameters in value;
      parametersOf = (tag) => tag.#parameters;
      internals.brands.push(isTag);
    }
  }
  const needTag = (given, tag, needed, what) => {
    requireArguments(given, needed, what);
    if (!isTag(tag)) throw new TypeError(`${what}: not a WebAssembly.Tag`);
    return tag;
  };
  // As WebAssembly keeps it.
  const toPayload = (type, value) => natives.globalGet(natives.global(type, false, value));

  const JSTag = new Tag({ parameters: ["externref"] });

  class Exception {
    #tag; #payload;
    constructor(exceptionTag, payload, options = undefined) {
      const what = "WebAssembly.Exception";
      const tag = needTag(arguments.length, exceptionTag, 2, what);
      const values = sequence(payload, `${what}: the payload`);
      const { traceStack } = requireObject(options, `${what}: the options`);
      if (tag === JSTag) throw new TypeError(`${what}: JSTag is for values of JavaScript, which are thrown as they are`);
      const parameters = parametersOf(tag);
      if (values.length !== parameters.length) {
        throw new TypeError(`${what}: ${parameters.length} values wanted, not ${values.length}`);
      }
      this.#tag = tag;
      this.#payload = parameters.map((type, i) => toPayload(type, values[i]));
      if (traceStack) Error.captureStackTrace(this, Exception);
    }
    getArg(exceptionTag, index) {
      const own = this.#tag;
      const what = "WebAssembly.Exception.getArg";
      const tag = needTag(arguments.length, exceptionTag, 2, what);
      const at = toUnsigned(index, `${what}: the index`);
      if (tag !== own) throw new TypeError(`${what}: the exception has another tag`);
      if (at >= this.#payload.length) throw new RangeError(`${what}: the exception has no value ${at}`);
      return this.#payload[at];
    }
    is(exceptionTag) {
      const own = this.#tag;
      return needTag(arguments.length, exceptionTag, 1, "WebAssembly.Exception.is") === own;
    }
    static { internals.brands.push((value) => #tag in value); }
  }
  defineProperty(Exception, "length", { value: 2, configurable: true });

  for (const [constructor, length] of [[Module, 1], [Instance, 1], [Memory, 1], [Table, 1], [Global, 1], [Tag, 1],
    [Exception, 2]]) {
    defineProperty(constructor, "length", { value: length, configurable: true });
    defineInterface(constructor, { global: false, tag: `WebAssembly.${constructor.name}` });
    add(constructor);
  }

  // ---- the functions ----

  // https://webassembly.github.io/spec/js-api/#asynchronously-compile-a-webassembly-module
  const compileLater = async (bytes, what) => {
    const copy = copyBytes(bytes, `${what}: the bytes`);
    await undefined;
    return new Module(token, compile(copy, what));
  };
  // https://webassembly.github.io/spec/js-api/#asynchronously-instantiate-a-webassembly-module
  const instantiateLater = async (module, imports, what) => {
    const handle = handleOfModule(module);
    const values = readImports(handle, imports, what);
    await undefined;
    return new Instance(token, handle, link(handle, values, what));
  };
  const both = async (module, imports, what) => {
    const instance = await instantiateLater(module, imports, what);
    return { module, instance };
  };

  // https://webassembly.github.io/spec/web-api/#compile-a-potential-webassembly-response
  const compileResponse = async (source, what) => {
    const response = await source;
    if (!(response instanceof Response)) throw new TypeError(`${what}: not a Response`);
    const type = apply(Headers.prototype.get, response.headers, ["content-type"]);
    if (!/^[\t ]*application\/wasm[\t ]*$/i.test(type ?? "")) {
      throw new TypeError(`${what}: the response's content type must be application/wasm, not ${type ?? "none"}`);
    }
    if (!response.ok) throw new TypeError(`${what}: the response has the status ${response.status}`);
    return compileLater(await response.arrayBuffer(), what);
  };

  const functions = {
    validate(bytes) {
      requireArguments(arguments.length, 1, "WebAssembly.validate");
      return typeof natives.compile(copyBytes(bytes, "WebAssembly.validate: the bytes")) !== "string";
    },
    async compile(bytes) {
      requireArguments(arguments.length, 1, "WebAssembly.compile");
      return compileLater(bytes, "WebAssembly.compile");
    },
    async instantiate(bytes, importObject = undefined) {
      const what = "WebAssembly.instantiate";
      requireArguments(arguments.length, 1, what);
      if (isModule(bytes)) return instantiateLater(bytes, toImports(importObject, what), what);
      const copy = copyBytes(bytes, `${what}: the bytes`);
      const imports = toImports(importObject, what);
      return both(await compileLater(copy, what), imports, what);
    },
    async compileStreaming(source) {
      requireArguments(arguments.length, 1, "WebAssembly.compileStreaming");
      return compileResponse(source, "WebAssembly.compileStreaming");
    },
    async instantiateStreaming(source, importObject = undefined) {
      const what = "WebAssembly.instantiateStreaming";
      requireArguments(arguments.length, 1, what);
      const imports = toImports(importObject, what);
      return both(await compileResponse(source, what), imports, what);
    },
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    defineProperty(functions[name], "length", { value: 1, configurable: true });
  }
  Object.assign(namespace, functions);
  defineProperty(namespace, "JSTag", { value: JSTag, enumerable: true, configurable: true });
  defineProperty(namespace, Symbol.toStringTag, { value: "WebAssembly", configurable: true });
  return { WebAssembly: namespace };
})
