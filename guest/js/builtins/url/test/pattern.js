test("a pattern matches and gives its groups", () => {
  const pattern = new URLPattern({ pathname: "/books/:id(\\d+)" });
  const found = pattern.exec("https://example.com/books/42");
  same(found.pathname.groups.id, "42");
  alike(found.inputs, ["https://example.com/books/42"]);
  same(pattern.test("https://example.com/books/x"), false);
  same(pattern.hasRegExpGroups, true);
  same(pattern.hostname, "*");
});

test("a hyphen is a plain character", () => {
  same(new URLPattern({ pathname: "/a-:b-c" }).exec({ pathname: "/a-x-c" }).pathname.groups.b, "x");
  same(new URLPattern({ pathname: "/([a-c]+)-(\\d)" }).test({ pathname: "/abc-1" }), true);
});

test("a pattern of text needs a base or a protocol", () => {
  same(new URLPattern("/a/*", "https://example.com").test("https://example.com/a/b"), true);
  throws(TypeError, () => new URLPattern("/a/*"));
  throws(TypeError, () => new URLPattern({ pathname: "(" }));
  same(new URLPattern("/A", "https://example.com", { ignoreCase: true }).test("https://example.com/a"), true);
});
