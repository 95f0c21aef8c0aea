import { connect } from "asks-late";
export default { fetch: () => new Response(typeof connect) };
