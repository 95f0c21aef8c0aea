export default { fetch: broken };
