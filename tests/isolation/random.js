export default {
  fetch() {
    return new Response(Math.random() + " " + crypto.randomUUID() + " " +
      crypto.getRandomValues(new Uint8Array(8)).join("."));
  },
};
