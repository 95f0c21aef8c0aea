export default { async fetch() { await new Promise(() => setTimeout(() => {}, 60000)); } };
