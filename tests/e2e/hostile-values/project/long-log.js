export default () => {
  console.log("y".repeat(60_000_000));
  return new Response("said");
};
