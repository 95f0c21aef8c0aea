// Everything that ECMA-429 (the minimum common API) names is there, and has its shape.
// https://ecma-international.org/publications-and-standards/standards/ecma-429/
// and https://webidl.spec.whatwg.org/#js-interfaces for the shape.
//
// An interface with the members of its prototype: "=" before an attribute, "s:" before a static one.
const interfaces = {
  AbortController: "=signal abort",
  AbortSignal: "=aborted =reason =onabort throwIfAborted s:abort s:any s:timeout addEventListener",
  Blob: "=size =type arrayBuffer bytes slice stream text",
  ByteLengthQueuingStrategy: "=highWaterMark =size",
  CompressionStream: "=readable =writable",
  CountQueuingStrategy: "=highWaterMark =size",
  Crypto: "=subtle getRandomValues randomUUID",
  CryptoKey: "=algorithm =extractable =type =usages",
  CustomEvent: "=detail",
  DecompressionStream: "=readable =writable",
  DOMException: "=code =message =name",
  ErrorEvent: "=colno =error =filename =lineno =message",
  Event: "=bubbles =cancelable =composed =currentTarget =defaultPrevented =eventPhase =target =timeStamp =type " +
    "composedPath preventDefault stopImmediatePropagation stopPropagation",
  EventTarget: "addEventListener dispatchEvent removeEventListener",
  File: "=lastModified =name =size text",
  FormData: "append delete entries forEach get getAll has keys set values",
  Headers: "append delete entries forEach get getSetCookie has keys set values",
  MessageChannel: "=port1 =port2",
  MessageEvent: "=data =lastEventId =origin =ports =source",
  MessagePort: "=onmessage =onmessageerror close postMessage start",
  Performance: "=timeOrigin now toJSON",
  PromiseRejectionEvent: "=promise =reason",
  ReadableByteStreamController: "=byobRequest =desiredSize close enqueue error",
  ReadableStream: "=locked cancel getReader pipeThrough pipeTo s:from tee values",
  ReadableStreamBYOBReader: "=closed cancel read releaseLock",
  ReadableStreamBYOBRequest: "=view respond respondWithNewView",
  ReadableStreamDefaultController: "=desiredSize close enqueue error",
  ReadableStreamDefaultReader: "=closed cancel read releaseLock",
  Request: "=body =bodyUsed =cache =credentials =headers =integrity =keepalive =method =mode =redirect =referrer " +
    "=referrerPolicy =signal =url arrayBuffer blob bytes clone formData json text",
  Response: "=body =bodyUsed =headers =ok =redirected =status =statusText =type =url arrayBuffer blob bytes clone " +
    "formData json text s:error s:json s:redirect",
  SubtleCrypto: "decrypt deriveBits deriveKey digest encrypt exportKey generateKey importKey sign unwrapKey verify wrapKey",
  TextDecoder: "=encoding =fatal =ignoreBOM decode",
  TextDecoderStream: "=encoding =fatal =ignoreBOM =readable =writable",
  TextEncoder: "=encoding encode encodeInto",
  TextEncoderStream: "=encoding =readable =writable",
  TransformStream: "=readable =writable",
  TransformStreamDefaultController: "=desiredSize enqueue error terminate",
  URL: "=hash =host =hostname =href =origin =password =pathname =port =protocol =search =searchParams =username " +
    "toJSON toString s:canParse s:parse",
  URLPattern: "=hasRegExpGroups =hash =hostname =password =pathname =port =protocol =search =username exec test",
  URLSearchParams: "=size append delete entries forEach get getAll has keys set sort toString values",
  WritableStream: "=locked abort close getWriter",
  WritableStreamDefaultController: "=signal error",
  WritableStreamDefaultWriter: "=closed =desiredSize =ready abort close releaseLock write",
};
// In the namespace WebAssembly. https://webassembly.github.io/spec/js-api/
const ofWebAssembly = {
  Exception: "getArg is",
  Global: "=value valueOf",
  Instance: "=exports",
  Memory: "=buffer grow",
  Module: "s:customSections s:exports s:imports",
  Table: "=length get grow set",
  Tag: "",
};
const errorsOfWebAssembly = ["CompileError", "LinkError", "RuntimeError"];
const functionsOfWebAssembly = ["compile", "compileStreaming", "instantiate", "instantiateStreaming", "validate"];
const functions = ["atob", "btoa", "clearInterval", "clearTimeout", "fetch", "queueMicrotask", "reportError",
  "setInterval", "setTimeout", "structuredClone"];
const objects = ["console", "crypto", "globalThis", "navigator", "performance", "self"];

const hasMember = (prototype, name) => {
  for (let at = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(at, name);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
};

// "wec": which of writable, enumerable and configurable a property is.
const flags = (descriptor) =>
  `${descriptor.writable ? "w" : ""}${descriptor.enumerable ? "e" : ""}${descriptor.configurable ? "c" : ""}`;

const checkMember = (constructor, member) => {
  if (member.startsWith("s:")) {
    const found = Reflect.getOwnPropertyDescriptor(constructor, member.slice(2));
    same(typeof found?.value, "function", member);
    same(flags(found), "wec", member);
  } else if (member.startsWith("=")) {
    const name = member.slice(1);
    const found = hasMember(constructor.prototype, name);
    same(typeof found?.get, "function", member);
    same(flags(found), "ec", member);
    same(found.get.name, `get ${name}`);
    if (found.set !== undefined) same(found.set.name, `set ${name}`);
  } else {
    const found = hasMember(constructor.prototype, member);
    same(typeof found?.value, "function", member);
    same(flags(found), "wec", member);
    same(found.value.name, member);
  }
};

const checkInterface = (holder, name, tag, members) => {
  const descriptor = Reflect.getOwnPropertyDescriptor(holder, name);
  assert(descriptor !== undefined, "is not there");
  const constructor = holder[name];
  same(flags(Reflect.getOwnPropertyDescriptor(holder, name)), "wc");
  same(typeof constructor, "function");
  same(constructor.name, name);
  same(flags(Reflect.getOwnPropertyDescriptor(constructor, "prototype")), "");
  same(constructor.prototype[Symbol.toStringTag], tag);
  same(flags(Reflect.getOwnPropertyDescriptor(constructor.prototype, Symbol.toStringTag)), "c");
  same(flags(Reflect.getOwnPropertyDescriptor(constructor.prototype, "constructor")), "wc");
  same(constructor.prototype.constructor, constructor);
  throws(TypeError, () => constructor());
  for (const member of members.split(" ")) if (member !== "") checkMember(constructor, member);
};

for (const [name, members] of Object.entries(interfaces)) {
  test(`the interface ${name}`, () => checkInterface(globalThis, name, name, members));
}

test("the namespace WebAssembly", () => {
  assert(Reflect.getOwnPropertyDescriptor(globalThis, "WebAssembly") !== undefined);
  const { WebAssembly } = globalThis;
  same(flags(Reflect.getOwnPropertyDescriptor(globalThis, "WebAssembly")), "wc");
  same(Object.prototype.toString.call(WebAssembly), "[object WebAssembly]");
  for (const name of functionsOfWebAssembly) {
    const found = Reflect.getOwnPropertyDescriptor(WebAssembly, name);
    same(typeof found?.value, "function", name);
    same(flags(found), "wec", name);
    same(found.value.length, 1, name);
  }
  for (const name of errorsOfWebAssembly) {
    same(flags(Reflect.getOwnPropertyDescriptor(WebAssembly, name)), "wc", name);
    const error = new WebAssembly[name]("message");
    assert(error instanceof Error && error instanceof WebAssembly[name]);
    same(`${error}`, `${name}: message`);
    same(Object.getPrototypeOf(WebAssembly[name]), Error);
    same(flags(Reflect.getOwnPropertyDescriptor(WebAssembly[name], "prototype")), "");
  }
  assert(WebAssembly.JSTag instanceof WebAssembly.Tag);
});

for (const [name, members] of Object.entries(ofWebAssembly)) {
  test(`the interface WebAssembly.${name}`, () => checkInterface(WebAssembly, name, `WebAssembly.${name}`, members));
}

test("the functions and objects of the global", () => {
  for (const name of functions) {
    same(typeof globalThis[name], "function", name);
    same(globalThis[name].name, name);
  }
  for (const name of objects) same(typeof globalThis[name], "object", name);
  same(self, globalThis);
  assert(/^\S+$/.test(navigator.userAgent), "one product token");
  for (const name of ["onerror", "onunhandledrejection", "onrejectionhandled"]) same(globalThis[name], null, name);
});

test("errors and rejections are events of the global", async () => {
  const seen = [];
  addEventListener("error", (event) => {
    seen.push(event.error.message);
    event.preventDefault();
  });
  addEventListener("unhandledrejection", (event) => {
    seen.push(event.reason);
    event.preventDefault();
  });
  reportError(new Error("reported"));
  queueMicrotask(() => { throw new Error("thrown"); });
  Promise.reject("rejected");
  await new Promise((resolve) => setTimeout(resolve, 1));
  alike(seen, ["reported", "thrown", "rejected"]);
});
