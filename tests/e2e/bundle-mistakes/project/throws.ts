import { fail } from "./_lib/fail";

const started: string = fail("at the start");
export default { fetch: () => new Response(started) };
