import conditional from "conditional";
import workerd from "conditional/workerd";
import browser from "conditional/browser";
import { Counter, hasFiles, encode, format, inherits } from "events-user";
import { from } from "@scope/pkg";
import outer from "outer";

export default {
  fetch() {
    const counter = new Counter();
    const added = [];
    counter.on("added", (count) => added.push(count));
    counter.add();
    counter.add();
    return Response.json({ conditional, workerd, browser, added, hasFiles, text: encode("hé"), from, outer,
      formatted: format("%s=%d", "x", 1), inherits });
  },
};
