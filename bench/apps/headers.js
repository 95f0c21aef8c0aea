// Reads, copies and writes header fields, as a proxy does.
export default {
  fetch(request) {
    const headers = new Headers();
    for (const [name, value] of request.headers) headers.append(`x-seen-${name}`, value);
    headers.set("content-type", "text/plain; charset=utf-8");
    headers.append("set-cookie", "a=1; path=/");
    headers.append("set-cookie", "b=2; path=/");
    headers.delete("x-seen-accept");
    const language = request.headers.get("accept-language") ?? "none";
    const answer = new Response(language, { headers });
    answer.headers.set("x-cookies", String(answer.headers.getSetCookie().length));
    return answer;
  },
};
