console.log(["no output of", "workers here"].join(" "));
const settings = undefined;
const port = settings.port;
export default () => new Response(`${port}`);
