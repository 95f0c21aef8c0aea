interface Why { why: string }

export const fail = (why: string): string => {
  const said: Why = { why };
  throw new TypeError(said.why);
};
