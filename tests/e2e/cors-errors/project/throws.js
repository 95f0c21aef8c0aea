export default { fetch() { throw new Error("on purpose"); } };
