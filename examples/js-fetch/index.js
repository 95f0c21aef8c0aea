export default {
  async fetch(request, env) {
    let posts;
    try {
      const response = await fetch(env.SOURCE, { headers: { accept: "application/json" } });
      if (!response.ok) throw new Error(`the source answered ${response.status}`);
      posts = await response.json();
    } catch (error) {
      return new Response(`The posts cannot be shown: ${error.message}\n`, {
        status: 502,
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
    }
    const list = posts.slice(0, 10).map((post) => `- ${post.title}`).join("\n");
    return new Response(`Posts:\n${list}\n`, { headers: { "content-type": "text/plain; charset=utf-8" } });
  },
};
