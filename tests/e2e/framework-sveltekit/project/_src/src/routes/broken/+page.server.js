export const load = () => { throw new Error("a secret"); };
