// Waits for another server. UPSTREAM is put in when this is bundled.
export default {
  async fetch() {
    const answer = await fetch(UPSTREAM);
    return new Response(await answer.text(), { headers: { "content-type": "text/plain" } });
  },
};
