export const handle = async ({ event, resolve }) => {
  event.locals.greeting = "Hello";
  const response = await resolve(event);
  response.headers.set("x-hooked", event.route.id ?? "none");
  return response;
};
