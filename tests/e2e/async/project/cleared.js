export default {
  fetch() {
    return new Promise((resolve) => {
      clearTimeout(setTimeout(() => resolve(new Response("lost")), 1));
      setTimeout(() => resolve(new Response("kept")), 20);
    });
  },
};
