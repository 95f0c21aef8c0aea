addEventListener("fetch", () => { for (;;); });
