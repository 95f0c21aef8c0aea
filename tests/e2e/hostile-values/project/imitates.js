export default () => {
  console.log('all is well worker=other.js route="/admin"');
  console.log('"quoted" \u202eright to left');
  return new Response("said");
};
