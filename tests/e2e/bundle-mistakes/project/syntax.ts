const first: number = 1;
export default { fetch(): Response { return new Response(`${first +}`); } };
