export default async (request) => new Response(String((await request.arrayBuffer()).byteLength));
