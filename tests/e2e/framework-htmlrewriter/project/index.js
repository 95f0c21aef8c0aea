// Cloudflare's HTMLRewriter: their parser as WebAssembly, which npm's htmlrewriter carries.
import init from "htmlrewriter/dist/html_rewriter.js";
import parser from "htmlrewriter/dist/html_rewriter_bg.wasm";
import { HTMLRewriterWrapper } from "htmlrewriter/dist/html_rewriter_wrapper.js";

const HTMLRewriter = HTMLRewriterWrapper(init(parser));

const page = `<!doctype html><title>old</title><a href="http://x.test/1">one</a><script>"<a href='/2'>"</script><a>two</a>`;

export default {
  fetch() {
    const answer = new Response(page, { headers: { "content-type": "text/html" } });
    return new HTMLRewriter()
      .on("a[href]", {
        element(element) {
          element.setAttribute("href", element.getAttribute("href").replace("http:", "https:"));
          element.append("<b>!</b>", { html: true });
        },
      })
      .on("title", { element(element) { element.setInnerContent("new & shiny"); } })
      .onDocument({ end(end) { end.append("<!-- end -->", { html: true }); } })
      .transform(answer);
  },
};
