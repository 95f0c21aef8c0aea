export default () => {
  const error = new Error("x");
  for (const name of ["message", "stack", "cause", "name"])
    Object.defineProperty(error, name, { get() { throw new Error(`getter of ${name}`); } });
  throw error;
};
