export default { fetch: () => fetch("{{upstream}}/hello") };
