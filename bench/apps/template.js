// A page made of a text template: regular expressions and strings, nothing else.
const template = `# {{title}}

Written by **{{author}}** on {{date}}, {{count}} comments.

{{#each comments}}
## {{name}} ({{email}})
{{text}} See [the page]({{link}}) and *{{slug}}*.
{{/each}}
`;

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text) => String(text).replace(/[&<>"]/g, (character) => escapes[character]);
const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
const fill = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (whole, name) => (name in values ? escape(values[name]) : whole));

function expand(text, values) {
  const lists = text.replace(/\{\{#each (\w+)\}\}\n([\s\S]*?)\{\{\/each\}\}/g, (_, name, inner) =>
    values[name].map((value) => fill(inner, value)).join("\n"));
  return fill(lists, values);
}

function markdown(text) {
  return text
    .split(/\n{2,}/)
    .map((block) => {
      const heading = /^(#+) (.*)/.exec(block);
      const html = block
        .replace(/^#+ (.*)$/m, (_, title) => `<h${heading[1].length}>${title}</h${heading[1].length}>`)
        .replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>")
        .replace(/\*(.+?)\*/g, "<em>$1</em>")
        .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>');
      return heading ? html : `<p>${html}</p>`;
    })
    .join("\n");
}

export default {
  fetch(request) {
    const title = decodeURIComponent(request.url.split("?title=")[1] ?? "Ten & one <things>");
    const comments = Array.from({ length: 12 }, (_, number) => ({
      name: `Reader ${number}`,
      email: `reader.${number}@example.com`,
      text: `I read this ${number} times & "liked" it: 1 < ${number + 2}.`,
      link: `https://example.com/${slug(title)}/${number}`,
      slug: slug(`${title} by Reader ${number}`),
    }));
    const words = comments.flatMap(({ text }) => text.match(/\b[a-z]{4,}\b/gi) ?? []);
    const page = markdown(expand(template, { title, author: "A. N. Author", date: "2026-01-02", count: words.length, comments }));
    return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};
