// A page that React renders on the server: streamed, with a part that comes later, and a client's mistakes.
import { Suspense, createContext, use, useContext, useId, useMemo } from "react";
import { renderToReadableStream } from "react-dom/server.edge";
import { prerender } from "react-dom/static.edge";

const Theme = createContext("light");

const List = ({ count }) => {
  const id = useId();
  const items = useMemo(() => Array.from({ length: count }, (_, i) => `item ${i}`), [count]);
  return <ul id={id} className={useContext(Theme)}>{items.map((item) => <li key={item}>{item}</li>)}</ul>;
};

const Late = ({ promise }) => <p>late: {use(promise)}</p>;

const Page = ({ name, count, promise }) => (
  <html lang="en">
    <head><title>{`Hello ${name}`}</title></head>
    <body>
      <h1>Hello, {name}</h1>
      <Theme value="dark"><List count={count} /></Theme>
      {promise && <Suspense fallback={<p>wait</p>}><Late promise={promise} /></Suspense>}
    </body>
  </html>
);

const html = { "content-type": "text/html; charset=utf-8" };
const later = () => new Promise((resolve) => setTimeout(() => resolve("here"), 150));
const Broken = () => { throw new Error("a component that is broken"); };

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const name = searchParams.get("name") ?? "world";
    if (pathname === "/broken") {
      try {
        await renderToReadableStream(<Broken />, { onError: () => {} });
      } catch (error) {
        return new Response(error.message, { status: 500 });
      }
    }
    if (pathname === "/static") {
      const { prelude } = await prerender(<Page name={name} count={1} promise={later()} />);
      return new Response(prelude, { headers: html });
    }
    const stream = await renderToReadableStream(
      <Page name={name} count={3} promise={pathname === "/late" ? later() : null} />, { signal: request.signal });
    return new Response(stream, { headers: html });
  },
};
