/** @jsxRuntime classic @jsx h */
const h = (tag: string, attributes: Record<string, string> | null, ...children: string[]): string =>
  `<${tag}${Object.entries(attributes ?? {}).map(([name, value]) => ` ${name}="${value}"`).join("")}>${children.join("")}</${tag}>`;

const Page = (title: string) => <main class="wide"><h1>{title}</h1></main>;

export default { fetch: () => new Response(Page("made of parts"), { headers: { "content-type": "text/html" } }) };
