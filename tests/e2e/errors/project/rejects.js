async function inner() {
  throw new Error("secret-detail of rejects");
}

addEventListener("fetch", (event) => event.respondWith(inner()));
