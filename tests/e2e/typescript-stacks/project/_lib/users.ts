export interface User {
  name: string;
}

type Users = Record<string, User | undefined>;

const users: Users = { "/ada": { name: "Ada" } };

export function readUser(path: string): User {
  const found = users[path];
  // Nobody has looked whether there is one.
  return { name: found!.name.toUpperCase() };
}
