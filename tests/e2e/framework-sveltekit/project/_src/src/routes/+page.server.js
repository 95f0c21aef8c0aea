export const load = ({ locals, url, cookies }) => {
  const visits = Number(cookies.get("visits") ?? 0) + 1;
  cookies.set("visits", String(visits), { path: "/" });
  return { greeting: locals.greeting, name: url.searchParams.get("name") ?? "world", visits };
};

export const actions = {
  default: async ({ request }) => {
    const form = await request.formData();
    return { sent: form.get("text") };
  },
};
