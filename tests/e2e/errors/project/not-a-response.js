export default { fetch() { return "a string"; } };
