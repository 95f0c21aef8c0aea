const deeper = (n) => deeper(n + 1) + 1;

export default {
  fetch() {
    try {
      deeper(0);
      return new Response("no limit");
    } catch (error) {
      return new Response(/RangeError|InternalError/.test(error.name) ? "RangeError or InternalError" : error.name);
    }
  },
};
