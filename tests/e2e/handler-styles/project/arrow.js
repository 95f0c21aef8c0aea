export default async () => new Response("arrow");
