const trap = () => {
  throw new Error("trap");
};
export default () => {
  throw new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap });
};
