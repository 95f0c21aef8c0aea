export default {
  fetch(request, env) {
    return Response.json({
      plain: env.PLAIN, outside: env.OUTSIDE, missing: env.MISSING, dollar: env.DOLLAR, global: PLAIN,
      process: typeof process, others: Object.keys(env).sort(),
    });
  },
};
