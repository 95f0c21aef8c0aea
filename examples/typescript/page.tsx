/** @jsxRuntime classic @jsx element */
type Props = Record<string, string> | null;

const element = (tag: string, props: Props, ...children: string[]): string =>
  `<${tag}${Object.entries(props ?? {}).map(([name, value]) => ` ${name}="${value}"`).join("")}>${children.join("")}</${tag}>`;

const page = (
  <html lang="en">
    <body>
      <h1>Made of parts</h1>
    </body>
  </html>
);

export default () => new Response(`<!doctype html>${page}`, { headers: { "content-type": "text/html; charset=utf-8" } });
