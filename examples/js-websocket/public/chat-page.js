const find = (id) => document.getElementById(id);
const address = new URL("chat", location.href.replace(/^http/, "ws"));
let socket;

// The server closes with 1012 when the worker has changed and with 1001 when it stops: try again.
const connect = (after = 500) => {
  socket = new WebSocket(address);
  socket.onopen = () => {
    find("state").textContent = "Connected.";
    find("messages").replaceChildren();
    after = 500;
  };
  socket.onmessage = ({ data }) => {
    const item = document.createElement("li");
    item.textContent = data;
    find("messages").append(item);
  };
  socket.onclose = ({ code }) => {
    find("state").textContent = `Not connected (${code}); trying again.`;
    setTimeout(() => connect(Math.min(after * 2, 10_000)), after);
  };
};

find("form").onsubmit = (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(find("text").value);
  find("text").value = "";
};
connect();
