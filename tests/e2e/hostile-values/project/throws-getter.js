// Telling of the error runs the thrower's code, which throws again.
export default () => {
  throw {
    get message() {
      throw new Error("getter");
    },
    get stack() {
      throw new Error("getter");
    },
    get name() {
      throw new Error("getter");
    },
    toString() {
      throw new Error("toString");
    },
    get [Symbol.toStringTag]() {
      throw new Error("tag");
    },
  };
};
