export default {
  fetch() {
    throw new TypeError("secret-detail of throws");
  },
};
