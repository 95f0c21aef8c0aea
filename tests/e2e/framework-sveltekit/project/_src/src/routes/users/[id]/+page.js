import { error } from "@sveltejs/kit";

export const load = async ({ params, fetch }) => {
  if (params.id === "0") error(404, "nobody");
  const answer = await fetch(`/api?id=${params.id}`);
  return await answer.json();
};
