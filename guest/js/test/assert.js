(() => {
  const tests = [];
  const show = (value) => {
    if (typeof value === "string") return JSON.stringify(value);
    if (value instanceof Error) return `${value}`;
    if (typeof value === "object" && value !== null) {
      try { return JSON.stringify(value); } catch { return Object.prototype.toString.call(value); }
    }
    return Object.is(value, -0) ? "-0" : String(value);
  };
  const fail = (text, note) => { throw new Error(note ? `${note}: ${text}` : text); };
  globalThis.test = (name, body) => { tests.push([name, body]); };
  globalThis.assert = (condition, note) => { if (!condition) fail("is false", note); };
  globalThis.same = (actual, expected, note) => {
    if (!Object.is(actual, expected)) fail(`got ${show(actual)}, wanted ${show(expected)}`, note);
  };
  globalThis.alike = (actual, expected, note) => {
    const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== e) fail(`got ${a}, wanted ${e}`, note);
  };
  const check = (error, type, text, note) => {
    const name = typeof type === "string" ? type : type.name;
    if (error?.name !== name) fail(`threw ${show(error)}, wanted ${name}`, note);
    if (text && !String(error.message).includes(text)) fail(`threw ${show(error)}, wanted "${text}"`, note);
  };
  globalThis.throws = (type, body, text, note) => {
    let error, thrown = false;
    try { body(); } catch (e) { error = e; thrown = true; }
    if (!thrown) fail("did not throw", note);
    check(error, type, text, note);
  };
  globalThis.rejects = async (type, promise, text, note) => {
    let error, thrown = false;
    try { await promise; } catch (e) { error = e; thrown = true; }
    if (!thrown) fail("did not reject", note);
    check(error, type, text, note);
  };
  const run = async () => {
    const lines = [];
    for (const [name, body] of tests) {
      try { await body(); lines.push(`ok ${name}`); }
      catch (error) { lines.push(`FAILED ${name}: ${error}\n${error?.stack ?? ""}`); }
    }
    return new Response(lines.join("\n"));
  };
  addEventListener("fetch", (event) => event.respondWith(run()));
})();
