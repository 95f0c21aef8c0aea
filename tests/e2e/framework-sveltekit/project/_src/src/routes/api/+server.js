import { json } from "@sveltejs/kit";

export const GET = ({ url }) => json({ id: url.searchParams.get("id") });
export const POST = async ({ request }) => json({ got: await request.json() }, { status: 201 });
