test("a form goes out as multipart and comes back", async () => {
  const form = new FormData();
  form.append("text", "line\nbreak");
  form.append('quo"te', "ü");
  form.append("file", new File([new Uint8Array([0, 255, 13, 10])], 'na"me', { type: "a/b" }));
  const response = new Response(form);
  assert(response.headers.get("content-type").startsWith("multipart/form-data; boundary="));
  const again = await response.formData();
  same(again.get("text"), "line\r\nbreak");
  same(again.get('quo"te'), "ü");
  same(again.get("file").name, 'na"me');
  same(again.get("file").type, "a/b");
  alike([...(await again.get("file").bytes())], [0, 255, 13, 10]);
});

test("a form of names and values is read", async () => {
  const form = await new Response(new URLSearchParams("a=1&b=2&a=3")).formData();
  alike([...form], [["a", "1"], ["b", "2"], ["a", "3"]]);
  form.set("a", "4");
  alike(form.getAll("a"), ["4"]);
});

test("what is no form is refused", async () => {
  const type = "multipart/form-data; boundary=b";
  for (const body of ["", "--b", "--b\r\n", "--b\r\nno head\r\n\r\nx\r\n--b--", "--b\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\nx"]) {
    const response = new Response(body, { headers: { "content-type": type } });
    const outcome = await response.formData().then(() => "a form", (error) => error.name);
    same(outcome, "TypeError");
  }
  same(await new Response("x").formData().catch((error) => error.name), "TypeError");
});
