export default async () => {
  await new Promise(resolve => setTimeout(resolve, 600000));
  return new Response("late");
};
