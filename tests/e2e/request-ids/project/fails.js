export default () => {
  throw new Error("it failed");
};
