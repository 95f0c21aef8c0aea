export default () => {
  try {
    return new Response(`${new ArrayBuffer(2 ** 40).byteLength}`);
  } catch (error) {
    return new Response(error.name);
  }
};
