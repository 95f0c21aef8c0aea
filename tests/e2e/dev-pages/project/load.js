const settings = undefined;
const port = settings.port;
export default () => new Response(`${port}`);
