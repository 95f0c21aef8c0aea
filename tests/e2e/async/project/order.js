export default {
  fetch() {
    const seen = [];
    return new Promise((resolve) => {
      setTimeout(() => resolve(new Response([...seen, "timer"].join())), 0);
      queueMicrotask(() => seen.push("micro"));
      seen.push("sync");
    });
  },
};
