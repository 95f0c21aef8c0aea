export default () => ({
  get status() {
    throw new Error("status getter");
  },
  get headers() {
    throw new Error("headers getter");
  },
});
