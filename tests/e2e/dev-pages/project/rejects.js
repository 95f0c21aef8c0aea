export default () => {
  Promise.reject(new Error("nobody <b>handles</b> this"));
  return new Response("fine");
};
