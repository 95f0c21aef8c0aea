export default () => {
  let error = new Error("the innermost");
  for (let i = 0; i < 100_000; ++i) error = new Error("around", { cause: error });
  throw error;
};
