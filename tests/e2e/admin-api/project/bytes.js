export default () => new Response(new Uint8Array([0xff, 0xfe, 0]));
