export default async () => {
  await new Promise(resolve => setTimeout(resolve, 1500));
  return new Response("late");
};
