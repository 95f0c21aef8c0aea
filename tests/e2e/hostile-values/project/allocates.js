export default () => {
  const kept = [];
  for (;;) kept.push(new Uint8Array(1 << 20));
};
