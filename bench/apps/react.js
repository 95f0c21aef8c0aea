// A page of thirty rows, rendered by React for each request.
import { createElement as h } from "react";
import { renderToString } from "react-dom/server.edge";

function Row({ number, query }) {
  return h(
    "tr",
    { className: number % 2 ? "odd" : "even" },
    h("td", null, number),
    h("td", null, h("a", { href: `/item/${number}?q=${encodeURIComponent(query)}` }, `Item ${number}`)),
    h("td", { style: { textAlign: "right" } }, `${((number * 1999) % 10_000) / 100} EUR`),
  );
}

function Page({ query }) {
  return h(
    "html",
    { lang: "en" },
    h("head", null, h("title", null, `Results for ${query}`)),
    h(
      "body",
      null,
      h("h1", null, "Results for ", h("em", null, query)),
      h("table", null, h("tbody", null, Array.from({ length: 30 }, (_, number) => h(Row, { key: number, number, query })))),
    ),
  );
}

export default {
  fetch(request) {
    const query = new URL(request.url).searchParams.get("q") ?? "<everything>";
    return new Response("<!DOCTYPE html>" + renderToString(h(Page, { query })), {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  },
};
