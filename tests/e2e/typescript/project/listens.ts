declare const GREETING: string;

addEventListener("fetch", (event: any) => {
  event.respondWith(new Response(`${GREETING as string} ${event.request.method}`));
});
