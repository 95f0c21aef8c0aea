export default () => {
  let value = [];
  for (let i = 0; i < 1_000_000; ++i) value = [value];
  return new Response(JSON.stringify(value));
};
