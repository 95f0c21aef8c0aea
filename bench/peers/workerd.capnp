using Workerd = import "/workerd/workerd.capnp";

# Two workers of one code, so that a spinning one is not the one that says hello.
const config :Workerd.Config = (
  services = [(name = "hello", worker = .hello), (name = "spin", worker = .hello)],
  sockets = [
    (name = "hello", http = (), service = "hello"),
    (name = "spin", http = (), service = "spin"),
  ],
);

const hello :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "workerd.mjs")],
  compatibilityDate = "2025-01-01",
);
