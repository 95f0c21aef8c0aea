interface Greeting { name: string; times?: number }

enum Tone { Plain = "", Loud = "!" }

const greet = ({ name, times = 1 }: Greeting, tone: Tone = Tone.Plain): string =>
  `hello ${name}${tone}`.repeat(times);

export default {
  fetch(request: Request): Response {
    const name = new URL(request.url).searchParams.get("name") ?? "TypeScript";
    return new Response(greet({ name } satisfies Greeting, Tone.Loud));
  },
};
