export default () => {
  const error = new Error("</h1><script>alert(1)</script>");
  error.stack = "    at <img src=x onerror=alert(1)> (../../../../etc/passwd:1:1)\n    at x (.env:1:1)";
  throw error;
};
