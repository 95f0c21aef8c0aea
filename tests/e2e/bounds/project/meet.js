// Answers when the fixture has met another request.
export default async () => new Response(await (await fetch("{{upstream}}/together/2")).text());
