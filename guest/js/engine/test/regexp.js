// What regexp_unit.h does for expressions that nobody changed is what the steps of the specification
// do, which an expression with an `exec` of its own takes; and positions that are passed over
// (regexp_first_unit.h) are positions where a sticky expression matches nothing.
let seed = 7;
const below = (n) => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % n;
};
const pick = (list) => list[below(list.length)];
const characters = ["a", "b", "c", "A", "B", " ", "\n", "1", "_", "-", "é", "\u0101", "\u2028", "ſ", "K", "😀", "\ud83d", "\ude00", "$", "ß"];
const text = () => Array.from({ length: below(14) }, () => pick(below(3) ? characters.slice(0, 10) : characters)).join("");

function atom(depth) {
  switch (below(depth > 0 ? 16 : 10)) {
    case 3: return ".";
    case 4: return pick(["\\w", "\\d", "\\s", "\\W", "\\S", "\\D"]);
    case 5: return pick(["[a-c]", "[^a]", "[^\\n]", "[\\s\\S]", "[A-Z1]", "[^a-zA-Z]", "[é\\u0101]", "[ab]"]);
    case 6: return pick(["\\b", "\\B", "^", "$"]);
    case 7: return "\\n";
    case 8: return pick(["ab", "ba", "aa"]);
    case 9: return pick(["\\1", "x"]);
    case 10: return `(${alternatives(depth - 1)})`;
    case 11: return `(?:${alternatives(depth - 1)})`;
    case 12: return `(?=${alternatives(depth - 1)})`;
    case 13: return `(?!${alternatives(depth - 1)})`;
    case 14: return `(?<=${alternatives(depth - 1)})`;
    case 15: return `(?<!${alternatives(depth - 1)})`;
    default: return pick(["a", "b", "c", "A", "1", "é", "\\u0101", " "]);
  }
}
const quantified = (part) =>
  /^(\\b|\\B|\^|\$|\(\?[=!<])/.test(part) ? part : part + pick(["", "", "", "*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{0,2}?", "{2,}"]);
const alternative = (depth) => Array.from({ length: below(4) }, () => quantified(atom(depth))).join("");
const alternatives = (depth) => {
  let source = alternative(depth);
  while (below(4) === 0) source += "|" + alternative(depth);
  return source;
};

const replacements = ["", "X", "$&$&", "[$1]", "$`|$'", "$$", "$2$10", "$<a>", "$0", "é", "\u0101$&", "$"];
const cases = [];
while (cases.length < 600) {
  const source = alternatives(2);
  const flags = pick(["", "g"]) + pick(["", "i", ""]) + pick(["", "m", "s", ""]) + pick(["", "", "u", "v"]) + pick(["", "", "", "y"]);
  try {
    new RegExp(source, flags);
  } catch {
    continue;
  }
  cases.push({ source, flags, text: text(), by: pick(replacements), lastIndex: pick([0, 0, 0, 1, 3, 20]) });
}

function outcome({ source, flags, text, by, lastIndex }, own) {
  const out = [];
  const each = (act) => {
    const expression = new RegExp(source, flags);
    expression.lastIndex = lastIndex;
    if (own) expression.exec = RegExp.prototype.exec;
    let value;
    try {
      value = act(expression);
    } catch (error) {
      value = error.name;
    }
    out.push([value, expression.lastIndex]);
  };
  each((e) => e.test(text));
  each((e) => text.replace(e, by));
  each((e) => text.replace(e, (...all) => JSON.stringify(all)));
  each((e) => text.match(e));
  each((e) => text.split(e));
  each((e) => text.split(e, 2));
  each((e) => text.search(e));
  each((e) => e.global && [...text.matchAll(e)]);
  each((e) => e.global && text.replaceAll(e, by));
  return JSON.stringify(out);
}

test("methods do what their steps do", () => {
  for (const each of cases) same(outcome(each, false), outcome(each, true), JSON.stringify(each));
});

test("a search finds the first position where a sticky expression matches", () => {
  for (const { source, flags, text } of cases) {
    const found = new RegExp(source, flags.replace(/[gy]/g, "")).exec(text);
    const sticky = new RegExp(source, flags.replace(/[gy]/g, "") + "y");
    let expected = null;
    for (let at = 0; !expected && at <= text.length; ) {
      sticky.lastIndex = at;
      expected = sticky.exec(text);
      at += sticky.unicode || sticky.unicodeSets ? String.fromCodePoint(text.codePointAt(at) ?? 0).length : 1;
    }
    same(JSON.stringify([found, found?.index]), JSON.stringify([expected, expected?.index]), `${source} ${flags} ${text}`);
  }
});

// What a script changes is asked for again.
function changed(object, name, descriptor, act) {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, descriptor);
  try {
    return act();
  } finally {
    Object.defineProperty(object, name, before);
  }
}

test("an exec that is replaced is called", () => {
  let calls = 0;
  const exec = RegExp.prototype.exec;
  const value = function (text) {
    ++calls;
    return exec.call(this, text);
  };
  const seen = changed(RegExp.prototype, "exec", { value, writable: true, configurable: true }, () => ["a1b2".replace(/\d/g, "x"), /b/.test("ab"), "a,b".split(/,/)]);
  same(JSON.stringify(seen), '["axbx",true,["a","b"]]');
  assert(calls >= 6);
  RegExp.prototype.exec = value;
  same("a1".replace(/\d/, "y"), "ay");
  RegExp.prototype.exec = exec;
  same("a1".replace(/\d/, "z"), "az");
});

test("flags that are replaced are asked for", () => {
  const get = () => "g";
  same(changed(RegExp.prototype, "flags", { get, configurable: true }, () => "aa".replace(/a/y, "b")), "bb");
  const none = { get: () => false, configurable: true };
  same(changed(RegExp.prototype, "global", none, () => "aa".replace(/a/g, "b")), "ba");
});

test("a class that extends RegExp is asked", () => {
  class Loud extends RegExp {
    exec(text) {
      const found = super.exec(text);
      if (found) found[0] = found[0].toUpperCase();
      return found;
    }
  }
  same("ab".replace(new Loud("a"), "[$&]"), "[A]b");
  same(new Loud("b").test("ab"), true);
});

test("a constructor that is replaced splits", () => {
  const expression = /,/;
  let made = 0;
  expression.constructor = {
    [Symbol.species]: function (source, flags) {
      ++made;
      return new RegExp(source, flags);
    },
  };
  same("a,b".split(expression).join("|"), "a|b");
  same(made, 1);
});

test("lastIndex is converted, and one that cannot be written throws", () => {
  const expression = /a/g;
  let asked = 0;
  expression.lastIndex = { valueOf: () => (++asked, 1) };
  same(expression.exec("aa").index, 1);
  same(asked, 1);
  const frozen = Object.freeze(/a/g);
  throws(TypeError, () => "a".replace(frozen, "b"));
  throws(TypeError, () => frozen.test("a"));
  same("a".replace(Object.freeze(/a/), "b"), "b");
});

test("a replacer may change the expression and the text's other matches stay", () => {
  const expression = /(a)|(b)/g;
  const seen = "abab".replace(expression, (...all) => {
    expression.compile("x", "g");
    expression.lastIndex = 3;
    return `<${all.slice(1, 4)}>`;
  });
  same(seen, "<a,,0><,b,1><a,,2><,b,3>");
  same(expression.lastIndex, 3);
  throws(RangeError, () => "a".replace(/a/, () => { throw new RangeError("no"); }));
});

test("named groups", () => {
  same("2026-11".replace(/(?<y>\d+)-(?<m>\d+)/, "$<m>/$<y>"), "11/2026");
  same("ab".replace(/(?<first>a)/g, (...all) => JSON.stringify(all.at(-1))), '{"first":"a"}b');
});

test("texts of wide characters, ropes and none", () => {
  const rope = "x".repeat(9000) + "é\u0101".repeat(3000);
  same((rope + "<" + rope).replace(/</g, "&lt;").length, 30004);
  same("\u0101b".replace(/\u0101/, ""), "b");
  assert({ b: 1 }["\u0101b".replace(/\u0101/, "")] === 1);
  same("".split(/a/).length, 1);
  same("".split(/(?:)/).length, 0);
  same("a\u{1f600}b".split(/(?:)/u).length, 3);
  same("ab".replace(/$/, "c"), "abc");
});

test("a switch over texts", () => {
  const pick = (value) => {
    switch (value) {
      case "one": return 1;
      case "two": return 2;
      case "12": return 3;
      case "": return 4;
      default: return 0;
    }
  };
  const joined = (a, b) => a + b;
  same(["one", joined("o", "ne"), joined("tw", "o"), "12", String(12), "", joined("", ""), "éne", "three", 12, null, undefined, {}, Symbol.iterator, 1n, NaN].map(pick).join(""), "1123344000000000");
  const long = "x".repeat(5000);
  switch (long + long) {
    case "y": assert(false); break;
    default: assert(true);
  }
  let turns = 0;
  for (const value of ["a", "b", "a"]) {
    switch (value) {
      case "a": ++turns; continue;
      case "b": break;
    }
    turns += 10;
  }
  same(turns, 12);
});

test("values that are strictly equal, and that are not", () => {
  const object = {};
  const values = [0, -0, 1, 1.5, NaN, "a", "ab".slice(0, 1), "b", "", true, false, null, undefined, object, {}, Symbol.iterator, 10n, BigInt("10"), "x".repeat(9000) + "y", "x".repeat(9000) + "y"];
  const equal = [];
  values.forEach((a, i) => values.forEach((b, j) => {
    same(a === b, !(a !== b), `${i} ${j}`);
    if (a === b && i < j) equal.push(`${i}=${j}`);
  }));
  same(equal.join(" "), "0=1 5=6 16=17 18=19");
});
