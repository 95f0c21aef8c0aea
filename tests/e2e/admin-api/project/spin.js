export default () => {
  console.warn("about to spin");
  for (;;);
};
