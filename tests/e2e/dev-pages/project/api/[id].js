const inner = (user) => {
  return user.name.length;
};

export default {
  fetch(request) {
    return new Response(inner({ id: request.params.id }));
  },
};
