import { createHash } from "node:crypto";
import { greet, type Language } from "./_greetings";
import visitors from "./_visitors.json";

interface Reply {
  text: string;
  etag: string;
}

const reply = (language: Language): Reply => {
  const text = visitors.map((name) => greet(language, name)).join("\n") + "\n";
  return { text, etag: `"${createHash("sha256").update(text).digest("hex").slice(0, 16)}"` };
};

export default {
  fetch(request: Request): Response {
    const asked = new URL(request.url).searchParams.get("language");
    const { text, etag } = reply(asked === "de" ? "de" : "en");
    return new Response(text, { headers: { "content-type": "text/plain; charset=utf-8", etag } });
  },
};
