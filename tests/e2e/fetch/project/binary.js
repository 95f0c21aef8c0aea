export default {
  async fetch() {
    const bytes = new Uint8Array(await (await fetch("{{upstream}}/binary")).arrayBuffer());
    const cookies = (await fetch("{{upstream}}/cookies")).headers.getSetCookie();
    return Response.json({ size: bytes.length, last: bytes[255], cookies });
  },
};
