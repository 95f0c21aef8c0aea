// ?n= fetches of ?url= at once: how many had which status and how many bytes.
export default {
  async fetch(request) {
    const query = new URL(request.url).searchParams;
    const seen = await Promise.all(Array.from({ length: Number(query.get("n")) }, async () => {
      const response = await fetch(query.get("url"));
      return `${response.status} ${(await response.arrayBuffer()).byteLength}`;
    }));
    const counts = {};
    for (const one of seen) counts[one] = (counts[one] ?? 0) + 1;
    return Response.json(counts);
  },
};
