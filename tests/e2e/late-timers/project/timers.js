// Packages set timers when they are loaded, for a clean-up that no request lives to see.
let cleaned = 0;
setTimeout(() => { cleaned = 1; }, 300000);
setTimeout(() => { cleaned = 2; }, 1);
addEventListener("fetch", (event) => event.respondWith(new Response(`cleaned ${cleaned}`)));
