export default () => new Response(`${/^(a+)+$/.test("a".repeat(40) + "b")}`);
